"""Anomalies of the values of a tag: each value's costs are judged as one series.

A value's accounts and services are not judged on their own, as they are on the bill.
They only tell what an anomaly comes from.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from insights.anomalies.engine.accuracy import part_of
from insights.anomalies.engine.anomaly_records import Cause, Direction, Finding, Series
from insights.anomalies.engine.daily import find_anomalies
from insights.anomalies.engine.incidents import largest_causes
from insights.anomalies.engine.limits import DEFAULT, Limits
from insights.bill_records import Bill, Scope

# What a part cost before is the median of so many days: four of each weekday.
USUAL_DAYS = 28


def find_tag_anomalies(
    values: Mapping[str, Bill], limits: Limits = DEFAULT
) -> list[Finding]:
    """Find the anomalies of each value of a tag, which is their key.

    Raises DetectionError for amounts that are no numbers.
    """
    series = [series_of(value, bill) for value, bill in values.items()]
    return [
        replace(
            one,
            currency=values[one.key].currency,
            causes=causes_of(values[one.key], one),
        )
        for one in find_anomalies(series, limits)
    ]


def series_of(value: str, bill: Bill) -> Series:
    return replace(part_of(bill, Scope()), key=value)


def causes_of(bill: Bill, finding: Finding) -> list[Cause]:
    """Return the parts that went the finding's way, compared with the days before."""
    parts = sorted(bill.usage)
    values = np.array([bill.usage[part] for part in parts], dtype=float)
    first = (finding.first_day - bill.first_day).days
    before = values[:, max(0, first - USUAL_DAYS) : first]
    # A day that was not read is unknown in all parts.
    read = before[:, ~np.isnan(before[0])]
    usual = np.median(read, axis=1, keepdims=True) if read.size else 0.0
    added = np.nansum(values[:, first : first + finding.days] - usual, axis=1)
    direction = 1 if finding.direction is Direction.UP else -1
    return largest_causes(parts, added, direction)
