"""Stored anomalies: what is found again keeps its row, its status and its history."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from clouds.models import CloudAccount
from clouds.versions import bump_version
from core.windows import ONE_DAY
from insights.anomalies.engine.anomaly_records import Finding
from insights.bill_records import Scope
from insights.models import Anomaly, PlannedChange
from insights.planned_changes.changes import mark_planned
from insights.refresh.refresh_state import Part
from insights.transitions import change_status_automatically

Status = Anomaly.Status
GONE_NOTE = (
    "No longer found: its days were restated, are expected by now, or are explained by "
    "another anomaly."
)
BACK_NOTE = "Found again."
# Older ones are left as they are: less history lies before them by now.
JUDGED_AGAIN_DAYS = 90
COMPUTED = (
    *("scope", "sub_account_id", "service", "region", "tag_key", "tag_value"),
    *("resource_id", "currency"),
    *("kind", "direction", "first_day", "last_day", "peak_day", "seen_on", "is_over"),
    *("expected", "low", "high", "actual", "impact", "severity", "confidence"),
    *("causes", "tag_causes", "line_causes", "recall", "false_per_month"),
)


@transaction.atomic
def store_anomalies(
    account: CloudAccount | None, found: Iterable[Anomaly], now: datetime
) -> int:
    """Make the account's rows those found, unsaved ones; return how many changed.

    What is found again keeps its status, and new days extend it. What was planned gets
    that status. What is no longer found is resolved, unless somebody has changed its
    status. What had long ended when it was found, as in the first year of bills that is
    read, is resolved from the start: nobody has to act on it.
    """
    recent = now.date() - timedelta(days=JUDGED_AGAIN_DAYS)
    rows = list(Anomaly.objects.select_for_update(of=("self",)).filter(account=account))
    changed = 0
    stored, known = set(), list[Anomaly]()
    for one, row in _matched(_distinct(found), rows):
        one.scope = one.narrowest_scope
        if row is None:
            one.account, one.detected_at = account, now
            if one.is_over and one.last_day < recent:
                one.status = Status.RESOLVED
            one.save()
            changed += 1
        else:
            stored.add(row.pk)
            changed += _update(row, one, now)
        known.append(row or one)
    planned = PlannedChange.objects.select_related("account")
    changed += mark_planned(known, now, planned)
    for row in rows:
        is_untouched = row.status == Status.DETECTED and row.last_day >= recent
        if row.pk not in stored and is_untouched:
            changed += change_status_automatically(row, Status.RESOLVED, GONE_NOTE, now)
    if changed:
        bump_version(account, Part.ANOMALIES)
    return changed


def _distinct(found: Iterable[Anomaly]) -> list[Anomaly]:
    """Return one for each part and first day, as the table has it: the first."""
    return list({(_part(one), one.first_day): one for one in [*found][::-1]}.values())


def _part(one: Anomaly) -> tuple[int | None, str, str, str, Scope]:
    part = Scope(one.sub_account_id, one.service, one.region)
    return one.resource_id, one.tag_key, one.tag_value, one.currency, part


def _matched(
    found: Sequence[Anomaly], rows: Sequence[Anomaly]
) -> list[tuple[Anomaly, Anomaly | None]]:
    """Pair each with its row: the very same, else one of the same days that holds it.

    An incident may turn out larger or smaller than its first day showed.
    """
    left = list(rows)
    row_of: dict[int, Anomaly] = {}
    for is_same in (_is_identical, _is_of_same_part, _is_of_same_days):
        for at, one in enumerate(found):
            if at in row_of:
                continue
            if match := next((row for row in left if is_same(one, row)), None):
                row_of[at] = match
                left.remove(match)
    return [(one, row_of.get(at)) for at, one in enumerate(found)]


def _is_identical(one: Anomaly, row: Anomaly) -> bool:
    return _part(one) == _part(row) and one.first_day == row.first_day


def _is_of_same_part(one: Anomaly, row: Anomaly) -> bool:
    return _part(one) == _part(row) and overlap(one, row)


def _is_of_same_days(one: Anomaly, row: Anomaly) -> bool:
    """Return whether one is a part of the other, on the same days and side."""
    *own_series, part = _part(one)
    *row_series, row_part = _part(row)
    is_related = part.covers(row_part) or row_part.covers(part)
    same_side = one.direction == row.direction
    return own_series == row_series and is_related and same_side and overlap(one, row)


def overlap(one: Anomaly | Finding, other: Anomaly | Finding) -> bool:
    """Return whether their days overlap or are adjacent."""
    return (
        one.first_day <= other.last_day + ONE_DAY
        and other.first_day <= one.last_day + ONE_DAY
    )


def _update(row: Anomaly, one: Anomaly, now: datetime) -> bool:
    """Store the figures that changed; the status is left to people."""
    one.line_causes = one.line_causes or row.line_causes  # its lines may be deleted
    values = {
        name: getattr(one, name)
        for name in COMPUTED
        if getattr(row, name) != getattr(one, name)
    }
    if values:
        Anomaly.objects.filter(pk=row.pk).update(**values)
        vars(row).update(values)
    if not row.is_closed_automatically:
        return bool(values)
    return change_status_automatically(row, Status.DETECTED, BACK_NOTE, now)
