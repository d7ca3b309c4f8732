"""The dashboard in one answer, from what the pages show."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from django.db.models import Avg, Max, OuterRef, Subquery

from clouds.access import AnyUser
from clouds.models import CloudAccount
from clouds.versions import data_version
from core.money import ZERO
from core.windows import last_complete_days
from costs.queries.table import Line
from dashboard.spending import Spending, spending
from insights.models import Recommendation, RecommendationChange, RefreshState
from inventory.models import Resource
from inventory.querysets import RUNNING
from metrics.idle import IDLE_WINDOW_DAYS
from metrics.models import CpuMetric, RecentCpu
from metrics.running_cpu import of_running
from syncs.datasets import Dataset

TOP_SERVICES = 10
# Why there is no percent.
NO_DATABASE_CPU = "No CPU of a database was measured in the last 14 days."
NO_CPU = "No CPU of a running instance was measured in the last 14 days."
NOT_MEASURED = {
    "storage": "Buckets and storage accounts grow with what is stored in them: there "
    "is no size of which a share is used.",
    "network": "Traffic is read in bytes, and clouds do not tell of how much capacity.",
}


@dataclass(frozen=True, slots=True)
class DashboardSummary:
    """What one user may see, in one currency; None is unknown."""

    total_monthly_cost: Decimal | None
    monthly_change_percent: float | None
    projected_monthly_cost: Decimal | None
    projection_low: Decimal | None
    projection_high: Decimal | None
    currency: str | None
    other_currencies: list[str]
    daily_costs: list[dict[str, date | Decimal | None]]
    top_services: list[Line]
    resource_groups: list[tuple[str, Decimal]]
    utilization_metrics: dict[str, float | None]
    utilization_notes: dict[str, str]
    total_vms: int
    running_vms: int
    total_storage_accounts: int
    total_potential_savings: Decimal | None
    data_through: date | None
    reconciled: bool | None


class UnknownCurrency(ValueError):
    """No cost that the user may see is in that currency."""


def summary_version(user: AnyUser, *others: str) -> str:
    """Return the version of all that the user's summary is made of, and of other
    datasets. Three queries."""
    refreshed = RefreshState.objects.order_by("pk").values_list("pk", "tried_at")
    changed = RecommendationChange.objects.aggregate(newest=Max("pk"))
    state = [data_version(user, *Dataset, *others), list(refreshed), changed]
    return sha256(repr(state).encode()).hexdigest()


def dashboard_summary(
    now: datetime, user: AnyUser, currency: str | None = None
) -> DashboardSummary:
    """Return the summary in that currency, else in the first in which bills go on.

    The month is the 30 days up to the newest complete one. Raise UnknownCurrency.
    """
    found = spending(now, user, {}, currency)
    if currency and (found is None or found.currency != currency):
        known = [found.currency, *found.other_currencies] if found else []
        raise UnknownCurrency(
            f"There are no costs in {currency}. "
            + (f"Choose one of: {', '.join(known)}." if known else "None are stored.")
        )
    low, mean, high = _projected(found)
    vms, running, buckets, percent = _counts(user)
    databases = _database_percent(now, user)
    days = found.last_days.window.days() if found else ()
    amounts = found.amounts if found else {}
    return DashboardSummary(
        total_monthly_cost=found.last_days.total if found else None,
        monthly_change_percent=found.last_days.change_percent if found else None,
        projected_monthly_cost=mean,
        projection_low=low,
        projection_high=high,
        currency=found.currency if found else None,
        other_currencies=list(found.other_currencies) if found else [],
        daily_costs=[{"date": day, "cost": amounts.get(day)} for day in days],
        top_services=list(found.services[:TOP_SERVICES]) if found else [],
        resource_groups=_resource_groups(found) if found else [],
        utilization_metrics={
            **dict.fromkeys(NOT_MEASURED),
            "compute": percent,
            "database": databases,
        },
        utilization_notes={
            **({"compute": NO_CPU} if percent is None else {}),
            **({"database": NO_DATABASE_CPU} if databases is None else {}),
            **NOT_MEASURED,
        },
        total_vms=vms,
        running_vms=running,
        total_storage_accounts=buckets,
        total_potential_savings=(
            _potential_savings(user, found.currency) if found else None
        ),
        data_through=max(amounts, default=None),
        reconciled=found.summary.reconciled if found else None,
    )


def _projected(
    found: Spending | None,
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Return the month-end cost between its bounds; a projection has none."""
    if found and (ahead := found.forecast):
        return ahead.low_80, ahead.mean, ahead.high_80
    if found and found.projection:
        return None, found.projection.total, None
    return None, None, None


def _resource_groups(found: Spending) -> list[tuple[str, Decimal]]:
    """Return what each cost in the month, the largest first."""
    rows = found.source.in_window(found.last_days.window).by("resource_group")
    sums = rows.exclude(resource_group="").sums("resource_group", "billed")
    return sorted(sums, key=lambda one: (-one[1], one[0]))


def _counts(user: AnyUser) -> tuple[int, int, int, float | None]:
    """Return how many instances there are and run, how many buckets, and the mean CPU
    of those that run. Three queries."""
    present = Resource.objects.visible_to(user).present().order_by()
    # Mostly there are none, and an index alone tells kinds and states.
    disabled = CloudAccount.objects.filter(is_enabled=False).order_by()
    if keys := list(disabled.values_list("pk", flat=True)):
        present = present.exclude(account__in=keys)
    counts = present.count_per_kind_and_state()

    def of_kind(wanted: Resource.Kind) -> int:
        return sum(count for (kind, _), count in counts.items() if kind == wanted)

    recent = RecentCpu.objects.visible_to(user).order_by()
    if keys:
        recent = recent.exclude(resource__account__in=keys)
    states = [state for kind, state in counts if kind == Resource.Kind.INSTANCE]
    percent = of_running(recent, states).aggregate(mean=Avg("average_percent"))["mean"]
    return (
        of_kind(Resource.Kind.INSTANCE),
        counts.get((Resource.Kind.INSTANCE, RUNNING), 0),
        of_kind(Resource.Kind.BUCKET),
        None if percent is None else round(percent, 2),
    )


def _database_percent(now: datetime, user: AnyUser) -> float | None:
    """Return the mean CPU of databases, each of its last 14 days. One query."""
    present = Resource.objects.visible_to(user).present()
    databases = present.filter(kind=Resource.Kind.DATABASE, account__is_enabled=True)
    days = CpuMetric.objects.in_window(last_complete_days(IDLE_WINDOW_DAYS, now))
    of_one = days.order_by().filter(resource=OuterRef("pk")).values("resource")
    # By the index of each, rather than through the days of all instances.
    mean = Subquery(of_one.annotate(mean=Avg("average_percent")).values("mean"))
    found = databases.annotate(percent=mean).aggregate(mean=Avg("percent"))
    return None if found["mean"] is None else round(found["mean"], 2)


def _potential_savings(user: AnyUser, currency: str) -> Decimal | None:
    """Return the savings a month of what is recommended; None if nothing was looked
    for yet."""
    live = Recommendation.objects.visible_to(user).live()
    if (found := live.savings_per_currency().get(currency)) is not None:
        return found
    looked = RefreshState.objects.visible_to(user).computed()
    return ZERO if looked.exists() else None
