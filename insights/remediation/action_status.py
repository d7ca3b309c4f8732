"""The one way by which an action changes its status: checked, written, audited."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F

from insights.models import Remediation
from insights.transitions import InvalidTransition, require_version
from users.audit import Actor, record_by

Status = Remediation.Status


class Transition(NamedTuple):
    sources: tuple[Status, ...]
    target: Status
    done: str
    """What it then is, in words."""


TRANSITIONS = {
    "approve": Transition((Status.PROPOSED,), Status.APPROVED, "approved"),
    "reject": Transition((Status.PROPOSED,), Status.REJECTED, "rejected"),
    "cancel": Transition(
        (Status.PROPOSED, Status.APPROVED), Status.CANCELLED, "cancelled"
    ),
    "resume": Transition((Status.UNKNOWN,), Status.APPROVED, "resumed"),
    "start": Transition((Status.APPROVED,), Status.RUNNING, "started"),
    "succeed": Transition((Status.RUNNING,), Status.SUCCEEDED, "succeeded"),
    "fail": Transition((Status.RUNNING,), Status.FAILED, "failed"),
    "lose": Transition((Status.RUNNING,), Status.UNKNOWN, "given up"),
    "roll_back": Transition((Status.SUCCEEDED,), Status.ROLLED_BACK, "rolled back"),
}


@transaction.atomic
def transition(
    row: Remediation,
    name: str,
    now: datetime,
    actor: Actor | None = None,
    *,
    version: int | None = None,
    note: str = "",
    **values: Any,
) -> None:
    """Change the status with `values`, log it, and record that `actor` did.

    A user gives the `version` that this is a change of; without an actor a worker does
    it. Raise InvalidTransition and StaleVersion.
    """
    sources, target, done = TRANSITIONS[name]
    if actor is not None:
        require_version(row, version)
    before = row.status
    same = Remediation.objects.filter(
        pk=row.pk, status__in=sources, version=row.version
    )
    changed = same.update(status=target, version=F("version") + 1, **values)
    row.refresh_from_db()
    if not changed:
        is_now = row.get_status_display().lower()
        raise InvalidTransition(f"It is {is_now}, so it can't be {done}.")
    row.write_line(
        note,
        now,
        old_status=before,
        user=actor.user if actor else None,
        user_name=actor.name if actor else "",
    )
    if actor is not None:
        details = {"note": note} if note else {}
        record_by(actor, f"remediation.{name}", row, **details)
