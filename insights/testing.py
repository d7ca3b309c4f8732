"""Anomalies, recommendations, forecasts and budgets for tests."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import RequestFactory

from clouds.models import CloudAccount
from clouds.testing import account, see_all, see_only
from core.testing.clock import NOW, TODAY
from core.windows import ONE_DAY, Window
from insights.models import (
    Anomaly,
    Budget,
    Forecast,
    ForecastPoint,
    MonthEndMiss,
    Recommendation,
)
from insights.recommendations.engine.advice import (
    Advice,
    Category,
    Level,
    PriceBasis,
    Priority,
    Rule,
)
from inventory.models import Instance, Resource
from inventory.testing import instance
from users.roles import assign_role

A_WEEK_AGO = TODAY - timedelta(days=7)


def found(**values: Any) -> Anomaly:
    """An unsaved anomaly of one service, a week ago, for three days."""
    facts: dict[str, Any] = {
        "sub_account_id": "",
        "service": "EC2",
        "region": "",
        "resource_id": None,
        "currency": "USD",
        "kind": "spike",
        "direction": "up",
        "first_day": A_WEEK_AGO,
        "last_day": A_WEEK_AGO + timedelta(days=2),
        "peak_day": A_WEEK_AGO,
        "seen_on": A_WEEK_AGO,
        "is_over": True,
        "expected": Decimal(10),
        "low": Decimal(8),
        "high": Decimal(12),
        "actual": Decimal(50),
        "impact": Decimal(120),
        "severity": "medium",
        "confidence": 0.99,
        "causes": [
            {
                "name": "EC2",
                "account": "",
                "service": "EC2",
                "region": "",
                "amount": "120.00",
                "share": 1.0,
            }
        ],
        "recall": 1.0,
        "false_per_month": 0.1,
    }
    return Anomaly(**{**facts, **values})


def anomaly(owner: CloudAccount | None, /, **values: Any) -> Anomaly:
    row = found(**{"scope": "service", "account": owner, "detected_at": NOW, **values})
    row.save()
    return row


def advice(machine: Instance, **values: Any) -> Advice:
    facts: dict[str, Any] = {
        "rule": Rule.IDLE,
        "account_id": machine.account.account_id,
        "kind": machine.kind,
        "resource_id": machine.resource_id,
        "resource_type": machine.instance_type,
        "region": machine.region,
        "category": Category.COMPUTE,
        "priority": Priority.HIGH,
        "title": f"Stop {machine.name}, which is idle",
        "current_state": "It runs and does nothing.",
        "recommendation": "Stop it.",
        "evidence": {"days": 32, "highest_percent": 2.5},
        "savings_monthly": Decimal("70.08"),
        "currency": "USD",
        "price_basis": PriceBasis.LIST,
        "impact": Level.HIGH,
        "effort": Level.LOW,
        "complexity": Level.LOW,
        "risk": Level.LOW,
        "risk_reason": "",
        "estimated_time": "15 minutes",
        "implementation_steps": ("Ask its owner.", "Stop it."),
        "fingerprint": "idle-1",
        "confidence": Level.HIGH,
        "target": "",
    }
    facts |= values
    return Advice(**{"counted_monthly": facts["savings_monthly"], **facts})


def recommendation(
    owner: CloudAccount, machine: Resource | None = None, /, **values: Any
) -> Recommendation:
    machine = machine or instance(owner, f"web-{owner.pk}")
    facts: dict[str, Any] = {
        "account": owner,
        "resource": machine,
        "rule": "idle",
        "category": "compute",
        "priority": "high",
        "title": f"Stop {machine.name}",
        "current_state": "It does nothing.",
        "recommendation": "Stop it.",
        "savings_monthly": Decimal("70.08"),
        "counted_monthly": Decimal("70.08"),
        "currency": "USD",
        "price_basis": "list price",
        "impact": "high",
        "effort": "low",
        "complexity": "low",
        "risk": "low",
        "confidence": "high",
        "estimated_time": "15 minutes",
        "implementation_steps": ["Ask its owner.", "Stop it."],
        "evidence": {"days": 32},
        "resource_type": getattr(machine, "instance_type", ""),
        "fingerprint": "idle-1",
        "found_at": NOW,
    }
    return Recommendation.objects.create(**{**facts, **values})


def resource_of(row: Recommendation) -> Resource:
    """Return what it is about, which is no commitment."""
    if row.resource is None:
        raise ValueError(f"{row} is about no resource")
    return row.resource


def forecast(
    owner: CloudAccount | None,
    amount: str = "10",
    *,
    first: date = TODAY,
    days: int = 60,
    **values: Any,
) -> Forecast:
    """The same amount on each day, one more or less with 80 and two with 95 %."""
    facts: dict[str, Any] = {
        "account": owner,
        "scope": "account" if owner else "total",
        "key": owner.account_id if owner else "",
        "currency": "USD",
        "made_at": NOW,
        "data_until": first,
        "horizon": days,
        "model": "tests",
        "is_newest": True,
        "mase": 0.7,
        "naive_mase": 1.0,
        "smape": 8.0,
        "coverage_80": 0.8,
        "coverage_95": 0.95,
        "folds": 3,
        "data_version": "tests",
    }
    row = Forecast.objects.create(**{**facts, **values})
    mean = Decimal(amount)
    ForecastPoint.objects.bulk_create(
        ForecastPoint(
            forecast=row,
            day=day,
            mean=mean,
            low_80=mean - 1,
            high_80=mean + 1,
            low_95=mean - 2,
            high_95=mean + 2,
        )
        for day in Window(first, first + ONE_DAY * days).days()
    )
    return row


def month_end_miss(of: Forecast, month: date, **values: Any) -> MonthEndMiss:
    """A month forecast at 110, between 100 and 120, that came to 100."""
    facts: dict[str, Any] = {
        "month": month,
        "forecast_date": month + 9 * ONE_DAY,
        "is_replayed": False,
        "forecasted": Decimal(110),
        "low_80": Decimal(100),
        "high_80": Decimal(120),
        "actual": Decimal(100),
        "days": 20,
        "days_within_80": 17,
    }
    return MonthEndMiss.objects.create(forecast=of, **{**facts, **values})


def budget(**values: Any) -> Budget:
    facts: dict[str, Any] = {
        "name": "All of it",
        "scope": "total",
        "currency": "USD",
        "amount": Decimal(100),
        "created_at": NOW,
    }
    return Budget.objects.create(**{**facts, **values})


def somebody(role: str = "operator", *accounts: CloudAccount, name: str = "") -> User:
    """A user of that role; with accounts, only those are seen."""
    user = User.objects.create(username=name or f"{role}-{User.objects.count()}")
    assign_role(user, role)
    if accounts:
        see_only(user, *accounts)
    else:
        see_all(user)
    return user


def two_accounts() -> tuple[CloudAccount, CloudAccount]:
    return account(1, "production"), account(2, "staging")


def request_of(user: User | None = None) -> HttpRequest:
    """A request of that user, or of a new operator."""
    request = RequestFactory().post("/")
    request.user = user or somebody()
    return request


def later(**span: int) -> datetime:
    return NOW + timedelta(**span)
