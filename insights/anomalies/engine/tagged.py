"""Anomalies of the values of a tag: each value's costs are judged as one series.

A value's accounts and services are not judged on their own, as they are on the bill.
They only tell what an anomaly comes from.
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
)
from insights.anomalies.engine.daily import (
    checked,
    find_anomalies,
    materiality_of,
    summarize,
)
from insights.anomalies.engine.detector import Detector
from insights.anomalies.engine.incidents import added_since, largest_causes
from insights.anomalies.engine.limits import DEFAULT, Limits
from insights.anomalies.engine.new_money import new_alarms
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
    values = np.array([bill.usage[part] for part in parts], dtype=float)
    first = (finding.first_day - bill.first_day).days
    added = added_since(values, first, first + finding.days - 1)
    direction = 1 if finding.direction is Direction.UP else -1
    return largest_causes(parts, added, direction)
