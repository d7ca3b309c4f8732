"""Changes of a row's status by users, of pages, API and admin, and by a refresh.

Users work on the same rows side by side. A change of a version that is no longer the
newest is refused and overwrites nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import F

from clouds.versions import bump_version
from core.refusals import Refusal
from insights.labels.judging import judge_by_status
from insights.models import Anomaly, Recommendation, Verification
from insights.recommendations.engine.advice import VerdictStatus
from users.audit import Actor, AnyRequest, actor_of, record_by

Row = Anomaly | Recommendation
SHORTEST_REASON = 3


class InvalidTransition(Refusal):
    """The row cannot get that status; the message says why and what to do."""

    field = "status"


class StaleVersion(InvalidTransition):
    """The row was changed since it was read; nothing was written."""


def change_status(
    row: Row,
    status: str,
    version: int,
    now: datetime,
    *,
    request: AnyRequest,
    note: str = "",
    by: str = "",
) -> None:
    """Give it that status, if nobody changed it since `version`.

    `by` names who is not signed in. A recommendation that is dismissed needs a reason
    in `note`, and one that is done waits for its bills. Raise StaleVersion and
    InvalidTransition.
    """
    change_status_by(actor_of(request, by), row, status, version, now, note=note)


def change_status_by(
    actor: Actor, row: Row, status: str, version: int, now: datetime, *, note: str = ""
) -> None:
    """Do the same for an actor, whose request may be long over."""
    note = note.strip()
    check_transition(row, status, version, note)
    before, values = row.status, dict[str, Any]()
    if isinstance(row, Recommendation):
        values["reason"] = note if status == row.Status.DISMISSED else ""
        values["done_at"] = now if status == row.Status.DONE else None
    who = (actor.user, actor.name)
    with transaction.atomic():
        _write(row, status, version, now, note, values, who)
        if isinstance(row, Recommendation):
            _reset_verification(row, now)
        else:
            judge_by_status(row, who[1], now)
        action = f"{row._meta.model_name}.change_status"
        details = {"note": note} if note else {}
        record_by(actor, action, row, status=[before, status], **details)


@transaction.atomic
def change_statuses(
    rows: Iterable[Row],
    status: str,
    versions: Mapping[int, int],
    now: datetime,
    *,
    request: AnyRequest,
    note: str = "",
) -> None:
    """Give all of them that status, or none; those that have it already keep it.

    Raise InvalidTransition naming the row.
    """
    for row in rows:
        version = versions[row.pk]
        try:
            require_version(row, version)
            if row.status != status:
                change_status(row, status, version, now, request=request, note=note)
        except InvalidTransition as error:
            raise InvalidTransition(f"{row}: {error}") from None


def check_transition(row: Row, status: str, version: int | None, note: str) -> None:
    """Raise InvalidTransition unless a user may give it that status now."""
    require_version(row, version)
    label = row.get_status_display().lower()
    if status == row.status:
        raise InvalidTransition(f"The status is already {label}.")
    allowed: list[str] = [*row.next_statuses()]
    if status not in allowed:
        raise InvalidTransition(f"It is {label}, so it cannot become {status}.")
    if isinstance(row, Recommendation):
        if status == row.Status.DISMISSED and len(note.strip()) < SHORTEST_REASON:
            raise InvalidTransition("Give a reason for dismissing it in the note.")
        if status in row.LIVE and not row.is_live:
            _require_single(row)


def change_status_automatically(
    row: Row, status: str, note: str, now: datetime, **values: Any
) -> bool:
    """Let a refresh give it that status; False where a user changed it meanwhile.

    `values` are further columns to set. It is no entry of the audit log.
    """
    try:
        with transaction.atomic():
            _write(row, status, row.version, now, note, values)
    except StaleVersion:
        return False
    return True


def require_version(row: Any, version: int | None) -> None:
    """Raise StaleVersion unless `version` is the row's own."""
    if version is None:
        raise StaleVersion("Give the version that this is a change of.")
    if row.version != version:
        raise _stale(version)


def update_version(row: models.Model, version: int, values: Mapping[str, Any]) -> None:
    """Write `values` with one conditional update. Raise StaleVersion."""
    same = type(row)._default_manager.filter(pk=row.pk, version=version)
    if same.update(**values, version=F("version") + 1) != 1:
        raise _stale(version)


def _stale(version: int) -> StaleVersion:
    return StaleVersion(
        f"Somebody else has changed this since version {version} was shown. "
        "Look at what it is now, and change that."
    )


def _write(
    row: Row,
    status: str,
    version: int,
    now: datetime,
    note: str,
    values: Mapping[str, Any],
    who: tuple[User | None, str] = (None, ""),
) -> None:
    """Store the status and its history."""
    before = row.status
    update_version(row, version, {**values, "status": status})
    row.changes.create(
        at=now,
        user=who[0],
        user_name=who[1],
        old_status=before,
        new_status=status,
        note=note,
    )
    bump_version(row.account, str(row._meta.verbose_name_plural))
    row.refresh_from_db()


def _require_single(row: Recommendation) -> None:
    """Refuse to reopen one whose place a newer live one has taken."""
    others = Recommendation.objects.live().filter(
        account=row.account,
        resource=row.resource,
        about=row.about,
        rule=row.rule,
        target=row.target,
    )
    if other := others.exclude(pk=row.pk).first():
        raise InvalidTransition(
            f"Recommendation {other.pk} has taken its place; work on that one."
        )


def _reset_verification(row: Recommendation, now: datetime) -> None:
    """Start waiting for the bills of what is done; stop where it no longer is."""
    Verification.objects.filter(recommendation=row).delete()
    if row.status == row.Status.DONE:
        Verification.objects.create(
            recommendation=row,
            status=VerdictStatus.PENDING,
            expected=row.savings_monthly,
            currency=row.currency,
            reason="The days since then are not on the bill yet.",
            checked_at=now,
            status_since=now,
        )
