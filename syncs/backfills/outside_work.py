"""Backfills that a worker outside of this installation does, and reports on."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from core.refusals import Refusal
from syncs.backfills.transitions import InvalidTransition, transition
from syncs.models import Backfill, BackfillWindow
from syncs.runs.watched import runs_changed
from users.audit import Actor, record_by

Part = BackfillWindow.Status
# What may be reported of a window.
REPORTED = (Part.ACTIVE, Part.SUCCEEDED, Part.FAILED)
OPEN = (Part.WAITING, Part.ACTIVE)


class StaleVersion(Refusal):
    """Somebody changed the backfill since; the message says what to do."""


class NoSuchWindow(Refusal):
    """The backfill has no window that starts then; the message says so."""

    field = "start"


def report(
    backfill: Backfill,
    version: int,
    start: date,
    status: Part,
    error: str,
    now: datetime,
    actor: Actor,
) -> None:
    """Store how far the window is; the last one ends the backfill.

    Raises InvalidTransition, StaleVersion and NoSuchWindow.
    """
    with transaction.atomic():
        locked = Backfill.objects.select_for_update(of=("self",)).get(pk=backfill.pk)
        _check(locked, version)
        part = locked.windows.filter(start=start).first()
        if part is None:
            raise NoSuchWindow(f"Backfill {locked.pk} has no window from {start}.")
        if part.status not in OPEN:
            raise InvalidTransition(
                f"The window {part.start}..{part.end} has ended: it "
                f"{part.get_status_display().lower()}."
            )
        part.attempts += part.status == Part.WAITING
        part.status, part.error = status, error if status == Part.FAILED else ""
        part.save(update_fields=["attempts", "status", "error"])
        Backfill.objects.filter(pk=locked.pk).update(version=F("version") + 1)
        record_by(actor, "backfill.progress", locked, window=str(start), status=status)
        runs_changed(locked.account)
        states = set(locked.windows.values_list("status", flat=True))
        if not states & {*OPEN}:
            transition(locked, "fail" if Part.FAILED in states else "succeed", now)


def _check(backfill: Backfill, version: int) -> None:
    if not backfill.is_outside:
        raise InvalidTransition(
            f"Backfill {backfill.pk} is read by this installation's own workers, which "
            "report on it."
        )
    if backfill.status != Backfill.Status.RUNNING:
        raise InvalidTransition(
            f"Backfill {backfill.pk} takes no progress: it is "
            f"{backfill.get_status_display().lower()}."
        )
    if backfill.version != version:
        raise StaleVersion(
            f"Backfill {backfill.pk} is at version {backfill.version}, not {version}: "
            "read it again, then report."
        )
