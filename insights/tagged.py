"""What machines with a tag cost, estimated: a bill has no tags of machines.

The hours in which a machine ran, as its CPU's samples tell, at its list price. Disks,
traffic, discounts and machines without a known price are not in it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max, Sum
from django.db.models.functions import Least

from insights.models import Budget
from inventory.models import Instance
from metrics.models import CpuMetric
from pricing.families import operating_system
from pricing.models import InstancePrice
from providers.windows import ONE_DAY, Window, utc_day

# CloudWatch's samples of basic monitoring, one each five minutes. Detailed monitoring
# has five times as many, so no day counts for more than a whole one.
SAMPLES_PER_HOUR = 12
SAMPLES_A_DAY = 24 * SAMPLES_PER_HOUR
# The rest of the month goes on as these days.
RECENT_DAYS = 7
CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TaggedCost:
    """The estimate of a month so far and of all of it; None where nothing is known."""

    spent: Decimal | None
    until: date | None
    forecasted: Decimal | None
    note: str


def tagged_cost(budget: Budget, month: Window, now: datetime) -> TaggedCost:
    """What the machines with the budget's tag cost. Four queries."""
    key, _, value = budget.key.partition("=")
    machines = Instance.objects.tagged_any([(key, value)])
    if budget.account_id:
        machines = machines.filter(account=budget.account_id)
    known = {one.pk: one for one in machines.select_related("account")}
    prices = _prices(budget.currency)
    priced = {
        pk: price
        for pk, one in known.items()
        if one.lifecycle == "on-demand" and (price := prices.get(_kind(one)))
    }
    note = (
        f"Estimated at list price: {len(priced)} of {len(known)} machines with this "
        "tag are on demand and have a known price. Disks, traffic and discounts are "
        "not in it."
    )
    so_far = Window(month.start, max(utc_day(now), month.start + ONE_DAY))
    recent = Window(utc_day(now) - ONE_DAY * RECENT_DAYS, utc_day(now))
    spent, until = _spent(priced, so_far)
    lately, newest = _spent(priced, recent)
    if newest is None:
        return TaggedCost(None, None, None, note)
    a_day = lately / RECENT_DAYS
    left = (month.end - (until + ONE_DAY if until else month.start)).days
    return TaggedCost(
        spent.quantize(CENT), until, (spent + a_day * left).quantize(CENT), note
    )


def _prices(currency: str) -> dict[tuple[str, str, str, str], Decimal]:
    rows = InstancePrice.objects.filter(currency=currency, tenancy="Shared")
    return {
        (row.provider, row.region, row.operating_system, row.instance_type): row.hourly
        for row in rows
    }


def _kind(machine: Instance) -> tuple[str, str, str, str]:
    system = operating_system(machine.platform)
    return (
        machine.account.provider,
        machine.region,
        system,
        machine.instance_type,
    )


def _spent(priced: dict[int, Decimal], window: Window) -> tuple[Decimal, date | None]:
    """What they cost on those days, and the last day that is known."""
    rows = CpuMetric.objects.in_window(window).filter(
        resource__in=priced, samples__isnull=False
    )
    samples = (
        rows.order_by()
        .values_list("resource")
        .annotate(count=Sum(Least("samples", SAMPLES_A_DAY)), last=Max("day"))
    )
    total, newest = ZERO, None
    for machine, count, last in samples:
        total += priced[machine] * count / SAMPLES_PER_HOUR
        newest = max(newest or last, last)
    return total, newest
