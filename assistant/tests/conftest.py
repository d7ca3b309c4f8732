"""A small company that is asked about, as of a Friday at noon."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import User

from clouds.models import CloudAccount
from core.testing.clock import NOW
from core.windows import Window
from costs.testing import store_costs
from insights.testing import (
    anomaly,
    budget,
    forecast,
    recommendation,
    somebody,
    two_accounts,
)
from inventory.models import Volume
from inventory.testing import instance, resource

S3 = "Amazon Simple Storage Service"
PER_DAY = {S3: "2.50", "Amazon CloudFront": "1.25"}
STORED = Window(date(2026, 9, 1), date(2026, 11, 20))


@pytest.fixture
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="module")
def company(module_db: None) -> None:
    """Production costs four times as much as staging, from September on."""
    with time_machine.travel(NOW, tick=False):
        store_company(*two_accounts())


def store_company(production: CloudAccount, staging: CloudAccount) -> None:
    store_costs(production, STORED, {"Amazon CloudFront": "15.00"})
    store_costs(staging, STORED, PER_DAY)
    forecast(None, "20")
    forecast(production, "15")
    forecast(staging, "5")
    for owner in (production, staging):
        row = recommendation(owner, instance(owner, f"web-{owner.name}"))
        anomaly(owner, impact=Decimal(120), service="Amazon CloudFront")
        assert row.is_live
    resource(Volume, staging, "vol-1", size_gib=10)
    budget(name="Platform")


@pytest.fixture
def accounts(company: None, noon: None, db: None) -> tuple[CloudAccount, CloudAccount]:
    """The two accounts of the company."""
    production, staging = CloudAccount.objects.order_by("account_id")
    return production, staging


@pytest.fixture
def ada(accounts: object) -> User:
    return somebody("viewer", name="ada")


@pytest.fixture
def limited(accounts: tuple[CloudAccount, CloudAccount]) -> User:
    """Somebody who sees staging only."""
    return somebody("viewer", accounts[1], name="limited")
