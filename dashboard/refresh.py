"""Keeps what the dashboard shows: a row a day and currency, of all accounts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Min

from clouds.models import CloudAccount
from core.windows import utc_day
from costs.queries.source import CostSource
from dashboard.demo_budgets import remove_budgets
from dashboard.demo_teams import remove_teams
from dashboard.models import DashboardMetric
from dashboard.summary import dashboard_summary, summary_version

KEPT = (
    *("total_monthly_cost", "monthly_change_percent"),
    *("projected_monthly_cost", "projection_low", "projection_high"),
    *("utilization_metrics", "total_vms", "running_vms", "total_storage_accounts"),
    *("total_potential_savings", "data_through", "reconciled"),
)


def everybody() -> User:
    """Return a user, stored nowhere, who sees every account."""
    return User(username="all accounts", is_superuser=True)


@transaction.atomic
def record_metrics(now: datetime) -> int:
    """Write today's row of each currency; return how many.

    None where today's are made of the same data, so that it can be called at any time.
    """
    user, day = everybody(), utc_day(now)
    version = summary_version(user)
    if DashboardMetric.objects.filter(day=day, version=version).exists():
        return 0
    currencies = CostSource.visible_to(user).before(day).newest_days()
    for currency in currencies:
        found = dashboard_summary(now, user, currency)
        DashboardMetric.objects.update_or_create(
            day=day,
            currency=currency,
            defaults={
                **{name: getattr(found, name) for name in KEPT},
                "version": version,
                "computed_at": now,
            },
        )
    return len(currencies)


@contextmanager
def forgetting_the_demo(accounts: Sequence[int]) -> Iterator[None]:
    """Delete the days that hold an invented company's costs, where an account of it is
    removed; with the last one its teams and budgets."""
    demo = CloudAccount.objects.demo().filter(pk__in=accounts)
    since = demo.aggregate(first=Min("created_at"))["first"]
    yield
    if since:
        DashboardMetric.objects.filter(day__gte=utc_day(since)).delete()
        if not CloudAccount.objects.demo().exists():
            remove_teams()
            remove_budgets()
