"""The bill before and after a change: did it fall by what the change should save?"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from statistics import variance

from core.money import CENT, ZERO
from core.windows import DAYS_PER_MONTH, ONE_DAY, Window, utc_day
from insights.recommendations.engine.advice import (
    BillDay,
    ExpectedSaving,
    Json,
    Verdict,
    VerdictStatus,
)
from insights.recommendations.engine.advice_thresholds import Thresholds

WEEK = 7
STANDARD_ERRORS = 2
# Less than this share of what was expected is no saving.
LEAST_SHARE = 0.10
PENDING, REALIZED = VerdictStatus.PENDING, VerdictStatus.REALIZED
NOT_REALIZED = VerdictStatus.NOT_REALIZED
RunningCost = Mapping[date, Decimal]


@dataclass(frozen=True, slots=True)
class Sides:
    """The same number of days of bill before and after a change, whole weeks each."""

    changed_on: date
    before: Sequence[BillDay]
    after: Sequence[BillDay]

    @property
    def figures(self) -> dict[str, object]:
        return {
            "changed_on": self.changed_on.isoformat(),
            "days_before": _span(self.before),
            "days_after": _span(self.after),
        }


def compared_days(
    bill: Sequence[BillDay], changed_on: date, thresholds: Thresholds, now: datetime
) -> Sides | str:
    """Return the days to compare, or one sentence on what is missing."""
    settled = utc_day(now) - ONE_DAY * thresholds.bill_settling_days
    days = {day.day: day for day in bill if day.day < settled}
    after = [days[day] for day in sorted(days) if day > changed_on]
    before = [days[day] for day in sorted(days) if day < changed_on - ONE_DAY]
    least = max(thresholds.bill_days, WEEK)
    if len(after) < least:
        return (
            f"{len(after)} complete days of bill since the change; {least} are needed."
        )
    if len(before) < least:
        return f"{len(before)} days of bill before the change; {least} are needed."
    if len({day.currency for day in (*before, *after)}) > 1:
        return "The bill changed its currency, so it cannot be compared."
    count = min(len(before), len(after), thresholds.bill_days_at_most)
    count -= count % WEEK
    return Sides(changed_on, before[-count:], after[-count:])


def judge(
    done: ExpectedSaving,
    sides: Sides,
    saved: Decimal,
    rest: Callable[[BillDay], Decimal],
    figures: Json,
) -> Verdict:
    """Return the verdict on what the change saves a day, which inventory has shown.

    `rest` is a day's bill without all else that is on it.
    """
    before, after = (
        [rest(day) for day in side] for side in (sides.before, sides.after)
    )
    fell, noise = _fall_of_the_bill(before, after)
    figures = {
        **figures,
        "bill_fell_a_day": str(fell.quantize(CENT)),
        "bill_noise_a_day": str(noise.quantize(CENT)),
    }
    if fell + noise < saved:
        saved = max(fell, ZERO)
    monthly, expected = (saved * DAYS_PER_MONTH).quantize(CENT), done.savings_monthly
    share = float(monthly / expected) if expected and expected > ZERO else None
    if monthly <= ZERO or (share is not None and share < LEAST_SHARE):
        reason = "The change was made, but the account's bill did not fall with it."
        return Verdict(NOT_REALIZED, reason, figures=figures)
    currency = sides.after[0].currency
    days = f"{len(sides.after)} days of bill before and after"
    reason = f"Realized {monthly} {currency} a month, by {days}."
    share = None if share is None else round(share, 4)
    return Verdict(REALIZED, reason, monthly, currency, share, figures)


def _fall_of_the_bill(
    before: Sequence[Decimal], after: Sequence[Decimal]
) -> tuple[Decimal, Decimal]:
    """Return by how much it fell a day, and its noise."""
    fell = sum(before, ZERO) / len(before) - sum(after, ZERO) / len(after)
    error = math.sqrt(
        sum(variance(list(map(float, side))) / len(side) for side in (before, after))
    )
    return fell, Decimal(str(STANDARD_ERRORS * error))


def _span(days: Sequence[BillDay]) -> str:
    return str(Window(days[0].day, days[-1].day + ONE_DAY))
