"""Verify a commitment: do the same instances cost less than their list price?"""

from collections.abc import Sequence
from datetime import datetime

from core.money import ZERO
from core.windows import DAYS_PER_MONTH, utc_day
from insights.recommendations.engine.advice import (
    BillDay,
    ExpectedSaving,
    Verdict,
    VerdictStatus,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.bill_comparison import (
    PENDING,
    RunningCost,
    compared_days,
    judge,
)


def verify_commitment(
    done: ExpectedSaving,
    bill: Sequence[BillDay],
    listed: RunningCost,
    thresholds: Thresholds,
    now: datetime,
) -> Verdict:
    """Return the verdict on what was bought on the day that it was done.

    `bill` is the effective cost of compute in the region, in which a commitment costs
    its share of each day, and `listed` what ran there at list price: what the first is
    below the second must have grown by the saving.
    """
    if done.done_at is None:
        return Verdict(VerdictStatus.EXPECTED, "It is not done yet.")
    changed_on = utc_day(done.done_at)
    sides = compared_days(bill, changed_on, thresholds, now)
    if isinstance(sides, str):
        return Verdict(PENDING, sides, figures={"changed_on": changed_on.isoformat()})
    if done.savings_monthly is None:
        return Verdict(PENDING, "Its saving is not known, as it has no price.")
    return judge(
        done,
        sides,
        done.savings_monthly / DAYS_PER_MONTH,
        lambda day: day.billed - listed.get(day.day, ZERO),
        sides.figures,
    )
