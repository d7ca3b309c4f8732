"""Prices of what an account has beside instances are read once a week."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from clouds.models import CloudAccount
from clouds.testing import account, aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.resource_products import products_of_region
from core.testing.clock import NOW
from core.testing.stored import Rows, sorted_rows
from inventory.models import Address, Database, Volume
from inventory.testing import one_of_each, resource
from pricing.models import ResourcePrice
from pricing.sync import sync_prices
from providers.demo.company import PRODUCTION
from providers.demo.provider import DemoProvider
from providers.records import PriceUnit, ResourceMarket, ResourcePriceRecord
from syncs.models import ApiUsage

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
DAY = timedelta(days=1)
REGION = "eu-west-1"


@pytest.fixture
def owner(aws: EmulatedAws) -> CloudAccount:
    aws.products = [*products_of_region(REGION)]
    return aws_account()


def stored() -> Rows:
    return {
        "prices": sorted_rows(
            ResourcePrice,
            *("kind", "engine", "sku", "redundancy", "unit", "from_quantity"),
            *("amount", "currency", "minimum_days"),
        )
    }


def asked() -> int:
    rows = ApiUsage.objects.filter(operation="GetProducts")
    return sum(row.requests for row in rows)


def test_only_what_the_account_has_is_asked_for(
    owner: CloudAccount, now: datetime
) -> None:
    resource(Address, owner, "eipalloc-1", region=REGION)
    resource(Address, owner, "eipalloc-2", region="us-east-1", gone_since=now)
    resource(Database, owner, "orders", region=REGION, engine="postgres")
    run = sync_prices(owner, now)
    assert (run.status, run.error) == ("succeeded", "")
    assert run.rows == ResourcePrice.objects.count() > 0
    markets = ResourcePrice.objects.values_list("region", "kind", "engine").distinct()
    assert set(markets) == {(REGION, "address", ""), (REGION, "database", "postgres")}
    assert asked() == 3  # addresses; hours of databases, and their storage


def test_they_are_read_once_a_week_and_stored_once(
    owner: CloudAccount, now: datetime
) -> None:
    one_of_each(owner)
    sync_prices(owner, now)
    once, requests = stored(), asked()
    for days, times in ((0.1, 1), (6, 1), (8, 2)):
        assert sync_prices(owner, now + days * DAY).status == "succeeded"
        assert stored() == once
        assert asked() == times * requests


def test_what_is_not_on_the_list_any_more_is_deleted(
    owner: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    resource(Volume, owner, "vol-1", region=REGION, volume_type="gp3")
    sync_prices(owner, now)
    aws.products = [
        one
        for one in products_of_region(REGION)
        if "gp3" not in one["product"]["attributes"]["usagetype"]
    ]
    sync_prices(owner, now + 8 * DAY)
    skus = set(ResourcePrice.objects.values_list("sku", flat=True))
    assert "gp2" in skus
    assert "gp3" not in skus


def test_a_list_that_fails_keeps_its_prices_and_the_run_is_partial(
    owner: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    resource(Address, owner, "eipalloc-1", region=REGION)
    sync_prices(owner, now)
    before = stored()
    aws.products.append("{}")  # a product that is none
    run = sync_prices(owner, now + 8 * DAY)
    assert run.status == "failed"
    assert "List prices of address in eu-west-1 (pricing:GetProducts)" in run.error
    assert stored() == before


def test_prices_are_in_the_currency_that_the_bill_is_in_then(
    monkeypatch: pytest.MonkeyPatch, billed_in: Callable[[CloudAccount, str], None]
) -> None:
    owner = account(int(PRODUCTION))
    CloudAccount.objects.update(provider="demo")
    owner.refresh_from_db()
    resource(Address, owner, "eipalloc-1")

    def in_that(
        self: DemoProvider, market: ResourceMarket, currency: str
    ) -> list[ResourcePriceRecord]:
        return [
            ResourcePriceRecord(
                **market._asdict(),
                sku="idle",
                unit=PriceUnit.HOUR,
                amount=Decimal("0.005"),
                currency=currency,
            )
        ]

    monkeypatch.setattr(DemoProvider, "fetch_resource_prices", in_that)
    sync_prices(owner, NOW)
    billed_in(owner, "EUR")
    sync_prices(owner, NOW + DAY)
    sync_prices(owner, NOW + 2 * DAY)
    assert list(
        ResourcePrice.objects.order_by("read_at").values_list("currency", "read_at")
    ) == [("USD", NOW), ("EUR", NOW + DAY)]
