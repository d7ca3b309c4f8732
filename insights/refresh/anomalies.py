"""Anomalies as they are found now, kept as those that people know already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from insights.models import Anomaly, AnomalyChange
from syncs.models import CloudAccount

Status = Anomaly.Status
GONE = "Not found any more: its days were restated, or are expected by now."
BACK = "Found again."
# What lies further back is left as it was told: less history lies before it by now.
JUDGED_AGAIN_DAYS = 90


@dataclass(frozen=True, slots=True)
class Found:
    """One anomaly as it is found now, in the columns of its row."""

    sub_account_id: str
    service: str
    region: str
    resource_id: int | None
    currency: str
    kind: str
    direction: str
    first_day: date
    last_day: date
    peak_day: date
    seen_on: date
    is_over: bool
    expected: Decimal
    low: Decimal
    high: Decimal
    actual: Decimal
    impact: Decimal | None
    severity: str
    confidence: float
    causes: list[dict[str, Any]]
    recall: float | None
    false_per_month: float | None

    @property
    def scope(self) -> str:
        """The narrowest word for what it is of."""
        if self.resource_id is not None:
            return Anomaly.Scope.MACHINE
        if self.service:
            return Anomaly.Scope.SERVICE
        if self.region:
            return Anomaly.Scope.REGION
        if self.sub_account_id:
            return Anomaly.Scope.ACCOUNT
        return Anomaly.Scope.TOTAL

    def columns(self) -> dict[str, Any]:
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**values, "scope": self.scope}


@transaction.atomic
def keep_anomalies(
    account: CloudAccount | None, found: Iterable[Found], now: datetime
) -> int:
    """Makes the account's rows those found; answers how many were changed.

    What is found again keeps its status, and new days extend it. What is not found
    any more is resolved, unless somebody has judged it.
    """
    rows = list(Anomaly.objects.select_for_update().filter(account=account))
    pairs = _matched(_distinct(found), rows)
    changed = 0
    for one, row in pairs:
        if row is None:
            Anomaly.objects.create(account=account, detected_at=now, **one.columns())
            changed += 1
        else:
            changed += _update(row, one, now)
    kept = {row.pk for _, row in pairs if row}
    recent = now.date() - timedelta(days=JUDGED_AGAIN_DAYS)
    for row in rows:
        is_untouched = row.status == Status.DETECTED and row.last_day >= recent
        if row.pk not in kept and is_untouched:
            _set_status(row, Status.RESOLVED, GONE, now)
            changed += 1
    return changed


def _distinct(found: Iterable[Found]) -> list[Found]:
    """One for each part and first day, as the table has it: the first that is told."""
    return list(
        {(*_part(one), one.first_day): one for one in reversed([*found])}.values()
    )


def _part(one: Found | Anomaly) -> tuple[object, ...]:
    return (
        one.resource_id,
        one.currency,
        one.sub_account_id,
        one.service,
        one.region,
    )


def _matched(
    found: Sequence[Found], rows: Sequence[Anomaly]
) -> list[tuple[Found, Anomaly | None]]:
    """Each with its row: the very same, else one of the same days that holds it.

    An incident may turn out larger or smaller than its first day showed.
    """
    left = list(rows)
    answer: dict[int, Anomaly] = {}
    for is_same in (_is_identical, _is_of_same_part, _is_of_same_days):
        for at, one in enumerate(found):
            if at in answer:
                continue
            match = next((row for row in left if is_same(one, row)), None)
            if match is not None:
                answer[at] = match
                left.remove(match)
    return [(one, answer.get(at)) for at, one in enumerate(found)]


def _is_identical(one: Found, row: Anomaly) -> bool:
    return _part(one) == _part(row) and one.first_day == row.first_day


def _is_of_same_part(one: Found, row: Anomaly) -> bool:
    return _part(one) == _part(row) and _overlap(one, row)


def _is_of_same_days(one: Found, row: Anomaly) -> bool:
    """Whether one of both is a part of the other, on the same days and side."""
    if (one.resource_id, one.currency) != (row.resource_id, row.currency):
        return False
    mine, its = _part(one)[2:], _part(row)[2:]
    holds = all(a in ("", b) for a, b in zip(mine, its, strict=True))
    is_held = all(b in ("", a) for a, b in zip(mine, its, strict=True))
    same_side = one.direction == row.direction
    return (holds or is_held) and same_side and _overlap(one, row)


def _overlap(one: Found, row: Anomaly) -> bool:
    """Whether their days touch; the day after the last one touches too."""
    a_day = timedelta(days=1)
    return (
        one.first_day <= row.last_day + a_day and row.first_day <= one.last_day + a_day
    )


def _update(row: Anomaly, one: Found, now: datetime) -> bool:
    """Whether any figure moved; the status is left to people."""
    values = {
        name: value
        for name, value in one.columns().items()
        if getattr(row, name) != value
    }
    if values:
        Anomaly.objects.filter(pk=row.pk).update(**values)
    if row.status != Status.RESOLVED or not _was_resolved_by_nobody(row):
        return bool(values)
    _set_status(row, Status.DETECTED, BACK, now)
    return True


def _was_resolved_by_nobody(row: Anomaly) -> bool:
    last = row.changes.first()
    return last is not None and not last.user_name


def _set_status(row: Anomaly, status: Status, note: str, now: datetime) -> None:
    same = Anomaly.objects.filter(pk=row.pk, status=row.status)
    if same.update(status=status, version=F("version") + 1):
        AnomalyChange.objects.create(
            anomaly=row, at=now, old_status=row.status, new_status=status, note=note
        )
