"""The one way by which a backfill changes its status: checked, written, audited."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import F
from django.db.transaction import atomic

from core.refusals import Refusal
from syncs.models import Backfill
from syncs.runs.watched import runs_changed
from users.audit import Actor, record_by

Status = Backfill.Status


class InvalidTransition(Refusal, ValueError):
    """The backfill's status does not allow it; the message names that status."""


class Transition(NamedTuple):
    sources: tuple[Status, ...]
    target: Status


TRANSITIONS = {
    "start": Transition((Status.PROPOSED, Status.PAUSED), Status.RUNNING),
    "pause": Transition((Status.RUNNING,), Status.PAUSED),
    "cancel": Transition(Backfill.OPEN, Status.CANCELLED),
    "succeed": Transition((Status.RUNNING,), Status.SUCCEEDED),
    "fail": Transition((Status.RUNNING,), Status.FAILED),
}
# What people do, and what they are told was done; workers do the others.
DONE = {"start": "started", "pause": "paused", "cancel": "cancelled"}


def transition(
    backfill: Backfill, name: str, now: datetime, actor: Actor | None = None
) -> None:
    """Change the status, and record that `actor` did; None is a worker.

    Raises InvalidTransition.
    """
    sources, target = TRANSITIONS[name]
    with atomic():
        same = Backfill.objects.filter(pk=backfill.pk, status__in=sources)
        finished_at = None if target in Backfill.OPEN else now
        changed = same.update(
            status=target, finished_at=finished_at, version=F("version") + 1
        )
        backfill.refresh_from_db()
        if not changed:
            raise InvalidTransition(
                f"Backfill {backfill.pk} can't be {DONE.get(name, target)}: it is "
                f"{backfill.get_status_display().lower()}."
            )
        runs_changed(backfill.account)
        if actor is not None:
            record_by(actor, f"backfill.{name}", backfill)
