"""Changes of a recommendation's status, by people and by a refresh."""

from datetime import datetime

from django.db import transaction

from insights.models import Recommendation, Verification
from insights.recommendations.engine.advice_records import VerdictStatus
from insights.transitions import (
    AnyRequest,
    InvalidTransition,
    StaleVersion,
    require_version,
    write_transition,
)

Status = Recommendation.Status
SHORTEST_REASON = 3
OBSOLETE_NOTE = "Its reason is gone: the machine changed, or works differently now."


def check_transition(
    row: Recommendation, status: str, version: int | None, note: str = ""
) -> None:
    """Raise InvalidTransition unless somebody may give it that status now."""
    require_version(row, version)
    label = row.get_status_display().lower()
    if status == row.status:
        raise InvalidTransition(f"The status is already {label}.")
    allowed: list[str] = [*row.next_statuses()]
    if status not in allowed:
        raise InvalidTransition(f"It is {label}, so it cannot become {status}.")
    if status == Status.DISMISSED and len(note.strip()) < SHORTEST_REASON:
        raise InvalidTransition("Give a reason for dismissing it in the note.")
    _require_single(row, status)


def change_status(
    row: Recommendation,
    status: str,
    version: int,
    now: datetime,
    *,
    request: AnyRequest,
    note: str = "",
) -> None:
    """Give it that status, if nobody changed it since `version`.

    Dismissing needs a reason in `note`. What is done waits for its bills. Raise
    StaleVersion and InvalidTransition.
    """
    note = note.strip()
    check_transition(row, status, version, note)
    values = {
        "reason": note if status == Status.DISMISSED else "",
        "done_at": now if status == Status.DONE else None,
    }
    with transaction.atomic():
        write_transition(
            row, status, version, now, request=request, note=note, values=values
        )
        _reset_verification(row, now)


def mark_obsolete(row: Recommendation, now: datetime) -> bool:
    """Let a refresh end an open one; False where somebody changed it meanwhile."""
    try:
        with transaction.atomic():
            write_transition(
                row,
                Status.OBSOLETE,
                row.version,
                now,
                request=None,
                note=OBSOLETE_NOTE,
                values={"is_found": False},
            )
    except StaleVersion:
        return False
    return True


def _reset_verification(row: Recommendation, now: datetime) -> None:
    """Start waiting for the bills of what is done; stop where it no longer is."""
    Verification.objects.filter(recommendation=row).delete()
    if row.status == Status.DONE:
        Verification.objects.create(
            recommendation=row,
            status=VerdictStatus.PENDING,
            expected=row.savings_monthly,
            currency=row.currency,
            reason="The days since then are not on the bill yet.",
            checked_at=now,
        )


def _require_single(row: Recommendation, status: str) -> None:
    """Refuse to reopen one whose place a newer live one has taken."""
    if status not in Recommendation.LIVE or row.is_live:
        return
    others = Recommendation.objects.live().filter(
        resource=row.resource, rule=row.rule, target=row.target
    )
    if other := others.exclude(pk=row.pk).first():
        raise InvalidTransition(
            f"Recommendation {other.pk} has taken its place; work on that one."
        )
