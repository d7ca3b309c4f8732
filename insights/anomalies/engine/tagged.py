"""Anomalies of the values of a tag: each value's costs are judged as one series.

A value's accounts and services are not judged on their own, as they are on the bill.
They only tell what an anomaly comes from, and which values one of the bill does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from insights.anomalies.engine.accuracy import part_of
from insights.anomalies.engine.anomaly_records import (
    Cause,
    Direction,
    Finding,
    Measure,
    Series,
    TagCause,
)
from insights.anomalies.engine.daily import (
    checked,
    find_anomalies,
    materiality_of,
    summarize,
)
from insights.anomalies.engine.detector import Detector
from insights.anomalies.engine.incidents import (
    added_since,
    largest_causes,
    largest_shares,
)
from insights.anomalies.engine.limits import DEFAULT, Limits
from insights.anomalies.engine.new_money import USUAL_DAYS, new_alarms
from insights.arrays import FloatArray
from insights.bill_records import Bill, Scope

# Of what a new value costs, this share at least must be more than its services cost
# before: otherwise something was tagged that was there already.
NEW_SHARE = 0.5


def find_tag_anomalies(
    values: Mapping[str, Bill], bill: Bill, limits: Limits = DEFAULT
) -> list[Finding]:
    """Find the anomalies of each value of a tag, which is their key.

    `bill` is the one whose costs have the tag, on the same days. Raises DetectionError
    for amounts that are no numbers.
    """
    if not values:
        return []
    series = [series_of(value, one) for value, one in values.items()]
    found = [*new_values(series, values, bill, limits), *find_anomalies(series, limits)]
    return [
        replace(
            one,
            currency=values[one.key].currency,
            causes=causes_of(values[one.key], one),
        )
        for one in found
    ]


def new_values(
    series: Sequence[Series], values: Mapping[str, Bill], bill: Bill, limits: Limits
) -> Iterator[Finding]:
    """Yield the values that are new money: not what had other tags, or none, before."""
    rows, days = np.array([one.values for one in series], float), series[0].days
    unread = np.isnan(rows).all(axis=0)
    total = np.where(unread, np.nan, np.nansum(rows, axis=0))
    materiality = materiality_of(Measure.COST, limits)
    detector = Detector(len(series), days, materiality, limits)
    for alarm in new_alarms(np.nan_to_num(rows), total, limits):
        named = {
            (part.account, part.service) for part in values[series[alarm.row].key].usage
        }
        same = [
            checked(str(part), amounts)
            for part, amounts in bill.usage.items()
            if (part.account, part.service) in named
        ]
        spent = np.nansum(rows[alarm.row, alarm.first : alarm.seen + 1])
        added = added_since(np.array([np.sum(same, axis=0)]), alarm.first, alarm.seen)
        if same and added[0] >= NEW_SHARE * spent:
            yield summarize(series[alarm.row].key, Measure.COST, [(detector, alarm)])


def series_of(value: str, bill: Bill) -> Series:
    return replace(part_of(bill, Scope()), key=value)


def causes_of(bill: Bill, finding: Finding) -> list[Cause]:
    """Return the parts that went the finding's way, compared with the days before."""
    parts = sorted(bill.usage)
    added = added_since(_matrix(bill, parts), *_columns(bill, finding))
    return largest_causes(parts, added, _sign(finding))


def tag_causes(
    values: Mapping[str, Bill], finding: Finding, limits: Limits = DEFAULT
) -> list[TagCause]:
    """Return the values of a tag whose costs of an incident's parts went its way.

    Where the tag was not read on enough days before, nothing is known of them.
    """
    held = {
        value: [part for part in sorted(bill.usage) if _is_caused(part, finding)]
        for value, bill in values.items()
    }
    names = sorted(value for value, parts in held.items() if parts)
    if not names:
        return []
    days = np.array([_matrix(values[one], held[one]).sum(axis=0) for one in names])
    first, last = _columns(values[names[0]], finding)
    before = days[0, max(0, first - USUAL_DAYS) : first]
    if np.isfinite(before).sum() < limits.young_days:
        return []
    largest = largest_shares(added_since(days, first, last), _sign(finding))
    return [TagCause(names[row], amount, share) for row, amount, share in largest]


def _is_caused(part: Scope, finding: Finding) -> bool:
    """Return whether a cause is of it; over several accounts it has no service."""
    return any(
        part.account == cause.scope.account
        and part.service in ("", cause.scope.service)
        for cause in finding.causes
    )


def _matrix(bill: Bill, parts: Sequence[Scope]) -> FloatArray:
    return np.array([bill.usage[part] for part in parts], dtype=float)


def _columns(bill: Bill, finding: Finding) -> tuple[int, int]:
    """Return the first and the last column of its days."""
    first = (finding.first_day - bill.first_day).days
    return first, first + finding.days - 1


def _sign(finding: Finding) -> int:
    return 1 if finding.direction is Direction.UP else -1
