"""What reading the cloud costs: today, this month, per day, service and account."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings

from clouds.models import CloudAccount
from core.windows import ONE_DAY, Window, first_of_month, utc_day
from providers.meter import Usage
from syncs.api_usage.querysets import ApiUsageQuerySet
from syncs.datasets import Dataset
from syncs.models import ApiBudgetDay, ApiUsage, SyncRun

# As many as a month has, so that two months' mornings can be compared.
CHART_DAYS = 30

# (name, day, its usage)
Row = tuple[str, date, Usage]


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent on a UTC day, and what no request has taken of it yet."""

    usd: Decimal
    left_usd: Decimal

    @property
    def percent_taken(self) -> float:
        taken = self.usd - self.left_usd
        return round(float(taken / self.usd * 100), 1) if self.usd else 100.0


@dataclass(frozen=True, slots=True)
class SpendLine:
    name: str
    today: Usage
    month: Usage


@dataclass(frozen=True, slots=True)
class ApiSpend:
    """What all syncs spent; a day without a request is there with nothing."""

    day: date
    today: Usage
    month: Usage
    budget: Budget | None
    services: Sequence[SpendLine]
    days: Sequence[tuple[date, Usage]]


def api_spend(now: datetime, usage: ApiUsageQuerySet | None = None) -> ApiSpend:
    """Return what `usage` holds, by default all usage.

    One query, and one more where AWS_API_DAILY_BUDGET_USD is set.
    """
    today = utc_day(now)
    first = today - ONE_DAY * (CHART_DAYS - 1)
    window = Window(min(first, first_of_month(today)), today + ONE_DAY)
    usage = ApiUsage.objects.all() if usage is None else usage
    found = usage.in_window(window).per_service_and_day()
    rows = [(name, day, _usage(*counted)) for name, day, *counted in found]
    per_day = {day: _sum(r for r in rows if r[1] == day) for day in window.days()}
    return ApiSpend(
        day=today,
        today=per_day[today],
        month=_sum(row for row in rows if row[1] >= first_of_month(today)),
        budget=budget(today),
        services=_services(rows, today),
        days=[(day, usage) for day, usage in per_day.items() if day >= first],
    )


def spend_per_account(now: datetime, usage: ApiUsageQuerySet) -> Sequence[SpendLine]:
    """Return a line for each account of `usage` that was read this month. One query."""
    today = utc_day(now)
    month = Window(first_of_month(today), today + ONE_DAY)
    rows = usage.in_window(month).per_account(today)
    return [
        SpendLine(account_id, _usage(*counted[:2]), _usage(*counted[2:]))
        for account_id, *counted in rows
    ]


def price_of_syncs(
    accounts: Iterable[CloudAccount], datasets: Iterable[Dataset]
) -> Decimal:
    """Return what syncs of these will cost in USD: as much as the newest of each did.

    What was never read counts as 0, as its price is unknown. One query.
    """
    newest = SyncRun.objects.newest_per_dataset()
    costs = newest.filter(account__in=accounts, dataset__in=datasets)
    return sum(costs.values_list("api_cost_usd", flat=True), Decimal(0))


def budget(day: date) -> Budget | None:
    """Return None where none is set. What was reserved counts as spent."""
    usd = settings.AWS_API_DAILY_BUDGET_USD
    if usd is None:
        return None
    taken = ApiBudgetDay.objects.filter(day=day).first()
    left = usd - taken.usd if taken else usd
    return Budget(usd, max(left, Decimal(0)))


def _services(rows: Sequence[Row], today: date) -> Sequence[SpendLine]:
    """Return this month's, the most expensive first."""
    month = [row for row in rows if row[1] >= first_of_month(today)]
    lines = []
    for name in {name for name, _, _ in month}:
        own = [row for row in month if row[0] == name]
        lines.append(SpendLine(name, _sum(r for r in own if r[1] == today), _sum(own)))
    return sorted(lines, key=lambda line: (-line.month.usd, line.name))


def _sum(rows: Iterable[Row]) -> Usage:
    return sum((usage for _, _, usage in rows), Usage())


def _usage(requests: int, usd_e5: int) -> Usage:
    return Usage(requests, Decimal(usd_e5).scaleb(-5))


# A chart is so high; a day with anything at all can be seen.
HEIGHT = 40
LOWEST = 1.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One day; `y` and `height` are numbers as SVG writes them."""

    day: date
    usage: Usage
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Of dollars, or of requests where all of them are free."""

    of_dollars: bool
    highest: Usage
    bars: Sequence[Bar]


def day_bars(days: Sequence[tuple[date, Usage]]) -> Bars:
    of_dollars = any(usage.usd for _, usage in days)

    def value(usage: Usage) -> Decimal:
        return usage.usd if of_dollars else Decimal(usage.requests)

    highest = max((usage for _, usage in days), key=value, default=Usage())
    top = value(highest)
    bars = []
    for day, usage in days:
        share = float(value(usage) / top) if top else 0.0
        height = max(share * HEIGHT, LOWEST) if share else 0.0
        bars.append(Bar(day, usage, f"{HEIGHT - height:.1f}", f"{height:.1f}"))
    return Bars(of_dollars, highest, bars)
