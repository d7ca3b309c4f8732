"""Verify savings on what is no instance: by the inventory, then by its services' bill.

No bill names one resource. So the inventory must show that it is gone, or what was
recommended; and the bill of its services in the region, less the list price of all
else there that they are charged for, must have fallen by what was expected.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from core.money import CENT, ZERO
from core.windows import DAYS_PER_MONTH, ONE_DAY, midnight, utc_day
from insights.recommendations.engine.advice import (
    BillDay,
    ExpectedSaving,
    Verdict,
    VerdictStatus,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.bill_comparison import (
    NOT_REALIZED,
    PENDING,
    REALIZED,
    RunningCost,
    compared_days,
    judge,
)
from insights.recommendations.engine.disk_speed import speed_of
from insights.recommendations.engine.resource_facts import ResourceFacts
from insights.recommendations.engine.verify import RECORDED_LATE
from providers.records import BucketRecord, ResourceRecord, VolumeRecord, in_words

Facts = ResourceFacts[ResourceRecord]


def verify_resource(
    done: ExpectedSaving,
    facts: Facts,
    bill: Sequence[BillDay],
    thresholds: Thresholds,
    now: datetime,
    existed: RunningCost,
) -> Verdict:
    """Return the verdict on a saving. `bill` is that of its services in the region, and
    `existed` the `existing_cost` of all there, this one included."""
    if done.done_at is None:
        return Verdict(VerdictStatus.EXPECTED, "It is not done yet.")
    changed_on = _changed_on(done, facts, done.done_at)
    sides = compared_days(bill, changed_on, thresholds, now)
    if isinstance(sides, str):
        return Verdict(PENDING, sides, figures={"changed_on": changed_on.isoformat()})
    if missing := _not_done(done, facts):
        return Verdict(NOT_REALIZED, missing)
    expected, currency = done.savings_monthly, sides.after[0].currency
    if expected is None or done.currency != currency:
        what = "its price" if expected is None else f"a price in {currency}"
        return Verdict(REALIZED, f"It was done; the saving is unknown without {what}.")
    saved = expected / DAYS_PER_MONTH

    def rest(day: BillDay) -> Decimal:
        own = cost_on(facts, day.day, currency)
        return day.billed - existed.get(day.day, ZERO) + own

    figures = {**sides.figures, "saved_a_day": str(saved.quantize(CENT))}
    return judge(done, sides, saved, rest, figures)


def existing_cost(resources: Iterable[Facts], bill: Sequence[BillDay]) -> RunningCost:
    """Return what these cost on each day of the bill by the list, as far as it is known
    and in the bill's currency."""
    priced = [one for one in resources if one.price]
    return {
        day.day: sum((cost_on(one, day.day, day.currency) for one in priced), ZERO)
        for day in bill
    }


def cost_on(facts: Facts, day: date, currency: str) -> Decimal:
    """Return its price of a day on which it existed; 0 where none is known."""
    price, end = facts.price, midnight(day + ONE_DAY)
    if price is None or price.currency != currency:
        return ZERO
    since = facts.exists_since
    is_there = (since is None or since < end) and not (
        facts.gone_since and facts.gone_since < end
    )
    return price.monthly / DAYS_PER_MONTH if is_there else ZERO


def _changed_on(done: ExpectedSaving, facts: Facts, done_at: datetime) -> date:
    """Return the day on which the inventory saw it, else that of "done"."""
    seen = [
        one.at for one in facts.changes if done.target and one.new_value == done.target
    ]
    seen += [facts.gone_since] if facts.gone_since else []
    recent = [at for at in seen if at >= done_at - RECORDED_LATE]
    return utc_day(min(recent, default=done_at))


def _not_done(done: ExpectedSaving, facts: Facts) -> str:
    """Return what the inventory shows instead; "" where it was done."""
    if facts.gone_since:
        return ""
    if not done.target:
        return f"The {in_words(facts.kind)} still exists."
    record = facts.record
    if isinstance(record, BucketRecord):
        tiers = record.bytes_by_tier
        is_there = tiers is None or tiers.get(done.target)
        return "" if is_there else f"Nothing is in {done.target}."
    if isinstance(record, VolumeRecord) and done.target == speed_of(record):
        return ""
    is_done = facts.resource_type == done.target
    return "" if is_done else f"It is of type {facts.resource_type}."
