"""A company whose insights tests refresh."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import Window, last_complete_days
from costs.models import CostTotal, DailyCost
from costs.testing import store_costs
from insights.models import (
    Anomaly,
    Forecast,
    ForecastPoint,
    MonthEndMiss,
    Recommendation,
)
from insights.refresh.refresh_all import Outcome, refresh
from inventory.testing import instance
from metrics.testing import store_cpu

DAYS = last_complete_days(120, NOW)


def company() -> CloudAccount:
    """An account with steady costs, a spike of three days, and a machine."""
    owner = account()
    # One whose price list can be read without a cloud.
    CloudAccount.objects.update(provider="demo")
    owner.refresh_from_db()
    store_costs(owner, DAYS, {"EC2": "100", "S3": "20"})
    spike = Window(TODAY - timedelta(days=20), TODAY - timedelta(days=17))
    rows = DailyCost.objects.filter(service="S3", day__in=spike.days())
    rows.update(billed=Decimal(220), effective=Decimal(220))
    CostTotal.objects.filter(day__in=spike.days()).update(billed=320, effective=320)
    store_cpu(instance(owner, "web"), last_complete_days(40, NOW), 30)
    return owner


def refreshed(*accounts: CloudAccount | None, **options: Any) -> list[Outcome]:
    return refresh(accounts or everybody(), options.pop("now", NOW), **options)


def everybody() -> list[CloudAccount | None]:
    return [*CloudAccount.objects.all(), None]


def changes(outcomes: list[Outcome]) -> int:
    assert [one.failures for one in outcomes if one.failures] == []
    return sum(count for one in outcomes for count in one.changed.values())


def stored() -> list[Any]:
    models = (Forecast, ForecastPoint, MonthEndMiss, Anomaly, Recommendation)
    return [list(model._default_manager.order_by("pk").values()) for model in models]
