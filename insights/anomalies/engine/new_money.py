"""New money: what a bill never had before, found in its first days by its size alone.

A service, an account or a region in its first days has no expected day, so that nothing
deviates. It is found as soon as a day of it passes a share of the bill's usual day.
"""

from collections.abc import Iterator

import numpy as np

from insights.anomalies.engine.anomaly_records import Kind
from insights.anomalies.engine.detector import Alarm
from insights.anomalies.engine.limits import Limits
from insights.arrays import FloatArray

# The usual day of a bill is the median of so many: four of each weekday.
USUAL_DAYS = 28


def new_alarms(rows: FloatArray, total: FloatArray, limits: Limits) -> Iterator[Alarm]:
    """Yield an alarm of each row of amounts that is new, and large beside `total`.

    Amounts are 0 before the first use. Days of `total` that were not read are NaN.
    """
    for row, amounts in enumerate(rows):
        used = np.flatnonzero(amounts > 0)
        if len(used) and (alarm := _alarm(row, int(used[0]), amounts, total, limits)):
            yield alarm


def _alarm(
    row: int, first: int, amounts: FloatArray, total: FloatArray, limits: Limits
) -> Alarm | None:
    before = total[max(0, first - USUAL_DAYS) : first]
    if np.sum(~np.isnan(before)) < limits.young_days:
        return None
    least = max(limits.least_new, limits.least_new_share * float(np.nanmedian(before)))
    large = np.flatnonzero(amounts[first : first + limits.young_days] >= least)
    if not len(large):
        return None
    seen = first + int(large[0])
    last = min(max(seen, first + limits.lasting_days - 1), len(amounts) - 1)
    days = amounts[first : last + 1]
    last = first + int(np.flatnonzero(days > 0)[-1])
    return Alarm(
        row,
        direction=1,
        first=first,
        seen=seen,
        last=last,
        lasted=True,
        is_over=len(amounts) > first + limits.lasting_days,
        kind=Kind.NEW,
        figures=np.array([np.zeros(last + 1 - first), amounts[first : last + 1]]),
    )
