"""Data that page tests look at: small, and built in a few lines by each test."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from costs.models import CostTotal, DailyCost
from costs.rollups import changing
from inventory.models import Instance
from metrics.models import CpuMetric, NetworkMetric
from metrics.recent import refresh_recent_cpu
from providers.windows import Window
from syncs.models import CloudAccount, Dataset, SyncRun

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()


def account(number: int = 1, name: str = "production") -> CloudAccount:
    return CloudAccount.objects.create(account_id=f"{number:012}", name=name)


def store_costs(
    owner: CloudAccount,
    window: Window,
    per_day: Mapping[str, str],
    *,
    currency: str = "USD",
    category: str = "Usage",
    estimated_from: date | None = None,
) -> None:
    """The same amounts per service on every day of the window, and totals to match."""
    rows, totals = [], []
    for day in window.days():
        guess = estimated_from is not None and day >= estimated_from
        for service, amount in per_day.items():
            rows.append(
                DailyCost(
                    account=owner,
                    day=day,
                    sub_account_id=owner.account_id,
                    service=service,
                    region="eu-west-1",
                    charge_category=category,
                    currency=currency,
                    billed=Decimal(amount),
                    effective=Decimal(amount),
                    is_estimated=guess,
                )
            )
        total = sum((Decimal(amount) for amount in per_day.values()), Decimal(0))
        totals.append(
            CostTotal(
                account=owner,
                day=day,
                currency=currency,
                billed=total,
                effective=total,
                is_estimated=guess,
            )
        )
    with changing([owner.pk], window):
        DailyCost.objects.bulk_create(rows)
        CostTotal.objects.bulk_create(totals)


def instance(owner: CloudAccount, name: str, **values: object) -> Instance:
    facts: dict[str, object] = {
        "account": owner,
        "instance_id": f"i-{name}",
        "region": "eu-west-1",
        "name": name,
        "state": "running",
        "instance_type": "m6i.large",
        "lifecycle": "on-demand",
        "tags": {"team": "shop"},
        "first_seen_at": NOW,
        "last_seen_at": NOW,
    }
    return Instance.objects.create(**{**facts, **values})


def store_cpu(machine: Instance, window: Window, average: float) -> None:
    """Days of work, and what a sync that read them now would make of them."""
    for day in window.days():
        CpuMetric.objects.create(
            instance=machine,
            day=day,
            average_percent=average,
            maximum_percent=average * 2,
            p99_percent=average * 1.5,
            samples=288,
        )
        NetworkMetric.objects.create(
            instance=machine, day=day, in_bytes=1536, out_bytes=None
        )
    refresh_recent_cpu(machine.account, timezone.now())


def run(
    owner: CloudAccount, dataset: Dataset, at: datetime, **values: object
) -> SyncRun:
    facts: dict[str, object] = {
        "account": owner,
        "dataset": dataset,
        "status": SyncRun.Status.SUCCEEDED,
        "started_at": at,
        "heartbeat_at": at,
        "finished_at": at + timedelta(seconds=12),
        "rows": 1234,
        "requests": 3,
        "requests_by_operation": {"ce:GetCostAndUsage": 3},
        "api_cost_usd": Decimal("0.03"),
    }
    return SyncRun.objects.create(**{**facts, **values})
