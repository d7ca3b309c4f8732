"""Verify savings: whether inventory and bill show what was recommended.

No bill names one instance. So the saving is the daily cost of the instance's hours at
the account's rate before the change, less that after it; and the bill of the account's
compute in that region, less the cost of its other instances, must have fallen with it.
Whole weeks are compared, so that weekends weigh alike. The day of the change and the
one before are left out, as the inventory sees a change up to a day late; so are the
latest days of the bill, which still lack usage. Within twice the standard error of the
difference of two means the bill contradicts nothing; where it fell by less than that,
only what it shows is realized.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.money import CENT, ZERO
from core.windows import utc_day
from insights.recommendations.engine.advice import (
    BillDay,
    ExpectedSaving,
    MachineFacts,
    Rule,
    Verdict,
    VerdictStatus,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.bill_comparison import (
    LEAST_SHARE,
    NOT_REALIZED,
    PENDING,
    REALIZED,
    RunningCost,
    Sides,
    compared_days,
    judge,
)
from insights.recommendations.engine.hourly_prices import Prices
from insights.recommendations.engine.observation_window import hours_on, value_on

# People change an instance first and set the status later.
RECORDED_LATE = timedelta(days=31)


def verify(
    done: ExpectedSaving,
    machine: MachineFacts,
    bill: Sequence[BillDay],
    prices: Prices,
    thresholds: Thresholds,
    now: datetime,
    ran: RunningCost | None = None,
) -> Verdict:
    """Return the verdict on a saving. `bill` is the account's compute in the region.

    `ran` is the `running_cost` of all instances there, this one included; without it
    the bill is compared as it is. `machine` needs its days and changes from four weeks
    before the change on, and `prices` its types of then.
    """
    if done.done_at is None:
        return Verdict(VerdictStatus.EXPECTED, "It is not done yet.")
    changed_on = _changed_on(done, machine, done.done_at)
    sides = compared_days(bill, changed_on, thresholds, now)
    if isinstance(sides, str):
        return Verdict(PENDING, sides, figures={"changed_on": changed_on.isoformat()})
    if done.rule == Rule.STOPPED:
        return _of_stopped(done, machine)
    if machine.paid_anyway:
        reason = (
            f"Its {machine.paid_anyway} costs the same, whatever the instance does."
        )
        return Verdict(NOT_REALIZED, reason)
    return _compare(done, machine, sides, prices, ran or {})


def running_cost(
    machines: Sequence[MachineFacts], days: Iterable[date], prices: Prices
) -> RunningCost:
    """Return what the hours of these instances cost each day at the account's rate.

    Those without a price are left out, before and after a change alike.
    """
    return {
        day: sum((prices.cost_on(machine, day) or ZERO for machine in machines), ZERO)
        for day in days
    }


def _changed_on(done: ExpectedSaving, machine: MachineFacts, done_at: datetime) -> date:
    """Return the day on which the inventory saw it, else that of "done"."""
    resized = done.rule in (Rule.OVERSIZED, Rule.OLD_GENERATION)
    field = "instance_type" if resized else "state"
    seen = [
        change.at
        for change in machine.changes
        if change.field == field
        and change.old_value
        and change.new_value not in {done.resource_type, *machine.billed_states}
        and change.at >= done_at - RECORDED_LATE
    ]
    if machine.gone_since and machine.gone_since >= done_at - RECORDED_LATE:
        seen.append(machine.gone_since)
    if done.rule == Rule.SCHEDULE or not seen:
        return utc_day(done_at)
    return utc_day(min(seen))


def _of_stopped(done: ExpectedSaving, machine: MachineFacts) -> Verdict:
    """Judge by its end alone, as volumes are billed for all instances together."""
    if machine.gone_since is None:
        return Verdict(NOT_REALIZED, "The instance and its volumes still exist.")
    reason = "The instance is terminated. Its volumes are not billed by instance."
    figures = {"gone_since": machine.gone_since.date().isoformat()}
    if (saving := done.savings_monthly) is None:
        return Verdict(REALIZED, reason, figures=figures)
    return Verdict(REALIZED, reason, saving, done.currency, 1.0, figures)


def _compare(
    done: ExpectedSaving,
    machine: MachineFacts,
    sides: Sides,
    prices: Prices,
    ran: RunningCost,
) -> Verdict:
    before = _cost_a_day(machine, sides.before, prices)
    after = _cost_a_day(machine, sides.after, prices)
    if before is None or after is None:
        return _unpriced(machine, sides)
    figures = {
        **sides.figures,
        "machine_a_day_before": str(before.quantize(CENT)),
        "machine_a_day_after": str(after.quantize(CENT)),
    }
    if before <= after:
        cost = f"{before.quantize(CENT)} {sides.after[0].currency}"
        reason = f"The instance costs as much a day as before: {cost}."
        return Verdict(NOT_REALIZED, reason, figures=figures)
    return judge(
        done,
        sides,
        before - after,
        lambda day: _rest(day, machine, prices, ran),
        figures,
    )


def _cost_a_day(
    machine: MachineFacts, days: Sequence[BillDay], prices: Prices
) -> Decimal | None:
    """Return the mean of its hours at the account's rate; None if it ran unpriced, or
    at a price in another currency than the bill's."""
    total = ZERO
    for day in days:
        cost = prices.cost_on(machine, day.day, day.currency)
        if cost is None:
            return None
        total += cost
    return total / len(days)


def _unpriced(machine: MachineFacts, sides: Sides) -> Verdict:
    """Return a verdict by the inventory alone: the amount is unknown."""
    before, after = (
        math.fsum(hours_on(machine, day.day) for day in side)
        for side in (sides.before, sides.after)
    )
    types = {value_on(machine, day.day, "instance_type") for day in sides.before}
    resized = value_on(machine, sides.after[-1].day, "instance_type") not in types
    figures = {"hours_before": before, "hours_after": after}
    if after < before * (1 - LEAST_SHARE) or (resized and after):
        reason = "The instance changed; the saving is unknown without its price."
        return Verdict(REALIZED, reason, figures=figures)
    return Verdict(NOT_REALIZED, "The instance runs as before.", figures=figures)


def _rest(
    day: BillDay, machine: MachineFacts, prices: Prices, ran: RunningCost
) -> Decimal:
    """Return the day's bill without the cost of other instances."""
    own = prices.cost_on(machine, day.day) or ZERO
    return day.billed - ran[day.day] + own if day.day in ran else day.billed
