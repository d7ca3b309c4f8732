"""The estimated costs of instances with a tag, as the bill has no tags.

The hours that an instance ran, by its CPU samples, at list price. Volumes, traffic,
discounts and instances without a known price are not included.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max, Sum
from django.db.models.functions import Least

from core.money import CENT, ZERO
from core.windows import ONE_DAY, Window, utc_day
from insights.budgets.models import BudgetStatus
from insights.models import Budget
from inventory.models import Instance
from metrics.models import CpuMetric
from metrics.sample_counts import SAMPLES_A_DAY, SAMPLES_PER_HOUR
from pricing.models import InstancePrice

# The rest of the month is estimated from these days.
RECENT_DAYS = 7


def tag_budget_status(budget: Budget, month: Window, now: datetime) -> BudgetStatus:
    """Return the status of a budget of a tag. Four queries."""
    instances = Instance.objects.tagged(budget.key)
    if budget.account_id:
        instances = instances.filter(account=budget.account_id)
    tagged = list(instances.select_related("account"))
    in_currency = InstancePrice.objects.filter(currency=budget.currency)
    priced = {
        pk: price.hourly for pk, price in in_currency.of_instances(tagged).items()
    }
    note = (
        f"Estimated at list price: {len(priced)} of {len(tagged)} instances with this "
        "tag are on demand and have a known price. Volumes, traffic and discounts are "
        "not included."
    )
    so_far = Window(month.start, max(utc_day(now), month.start + ONE_DAY))
    recent = Window(utc_day(now) - ONE_DAY * RECENT_DAYS, utc_day(now))
    spent, until = _spent(priced, so_far)
    recently, newest = _spent(priced, recent)
    if newest is None:
        return BudgetStatus(month.start, note=note)
    left = (month.end - (until + ONE_DAY if until else month.start)).days
    forecasted = spent + recently / RECENT_DAYS * left
    return BudgetStatus(
        period=month.start,
        spent=spent.quantize(CENT),
        spent_until=until,
        forecasted=forecasted.quantize(CENT),
        note=note,
    )


def _spent(
    priced: Mapping[int, Decimal], window: Window
) -> tuple[Decimal, date | None]:
    """Return what they cost on those days, and the last day with samples."""
    rows = CpuMetric.objects.in_window(window).filter(
        resource__in=priced, samples__isnull=False
    )
    samples = (
        rows.order_by()
        .values_list("resource")
        .annotate(count=Sum(Least("samples", SAMPLES_A_DAY)), last=Max("day"))
    )
    total, newest = ZERO, None
    for pk, count, last in samples:
        total += priced[pk] * count / SAMPLES_PER_HOUR
        newest = max(newest or last, last)
    return total, newest
