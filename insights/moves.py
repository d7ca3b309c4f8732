"""The one door through which pages, API and admin change the status of a row.

People work on the same rows side by side. Who changes a version that is no longer the
newest is told so and overwrites nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from insights.advice.records import VerdictStatus
from insights.models import Anomaly, Recommendation, Verification

Row = Anomaly | Recommendation
SHORTEST_REASON = 3


class Stale(Exception):
    """Somebody else changed the row since it was read; nothing was changed."""


class CannotMove(Exception):
    """The row can't get that status; the message says why and what to do."""


def move(
    row: Row, status: str, version: int, now: datetime, *, user: User, note: str = ""
) -> Row:
    """Gives the row that status, if nobody changed it since `version`.

    Dismissing a recommendation needs a reason in `note`. Answers the row as it is now;
    raises Stale and CannotMove.
    """
    note = note.strip()
    if status == row.status and row.version == version:
        raise CannotMove(f"It is {row.get_status_display().lower()} already.")
    values: dict[str, Any] = {"status": status}
    if isinstance(row, Recommendation):
        values |= _of_recommendation(row, status, note, now)
    with transaction.atomic():
        change_unless_stale(row, version, values)
        row.changes.create(
            at=now,
            user=user,
            user_name=user.get_username(),
            old_status=row.status,
            new_status=status,
            note=note,
        )
        if isinstance(row, Recommendation):
            _await_saving(row, status, now)
    row.refresh_from_db()
    return row


def change_unless_stale(row: Any, version: int, values: dict[str, Any]) -> None:
    """One conditional update of a row that counts its versions. Raises Stale."""
    same = type(row)._default_manager.filter(pk=row.pk, version=version)
    if same.update(**values, version=F("version") + 1) != 1:
        raise Stale(
            f"Somebody else has changed this since version {version} was shown. "
            "Look at what it is now, and change that."
        )


def _of_recommendation(
    row: Recommendation, status: str, note: str, now: datetime
) -> dict[str, Any]:
    """The other columns that a new status sets. Raises CannotMove."""
    choices: Sequence[str] = row.next_statuses()
    if status not in choices:
        words = row.get_status_display().lower()
        raise CannotMove(f"It is {words}, so it can't become {status}.")
    dismissed = status == Recommendation.Status.DISMISSED
    if dismissed and len(note) < SHORTEST_REASON:
        raise CannotMove("Say why it is dismissed, so that nobody asks again.")
    _check_single(row, status)
    done = status == Recommendation.Status.DONE
    return {"reason": note if dismissed else "", "done_at": now if done else None}


def _await_saving(row: Recommendation, status: str, now: datetime) -> None:
    """What is done waits for its bills; what is not done any more waits for none."""
    Verification.objects.filter(recommendation=row).delete()
    if status == Recommendation.Status.DONE:
        Verification.objects.create(
            recommendation=row,
            status=VerdictStatus.PENDING,
            expected=row.savings_monthly,
            currency=row.currency,
            reason="The days since then are not on the bill yet.",
            checked_at=now,
        )


def _check_single(row: Recommendation, status: str) -> None:
    """Only one of its kind is live: a newer one may have taken its place."""
    if status not in Recommendation.LIVE or row.is_live:
        return
    others = Recommendation.objects.live().filter(
        resource=row.resource, rule=row.rule, target=row.target
    )
    if other := others.exclude(pk=row.pk).first():
        raise CannotMove(
            f"Recommendation {other.pk} has taken its place; work on that one."
        )
