"""List prices are read once a week, those that are not sold among them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from clouds.models import CloudAccount, DataVersion
from clouds.testing import account
from core.testing.clock import NOW
from inventory.models import StateChange
from inventory.testing import instance
from pricing.models import InstancePrice, PricedFamily
from pricing.sync import sync_prices
from providers.demo.company import PRODUCTION, STAGING
from providers.demo.provider import DemoProvider
from providers.errors import ErrorKind, ProviderError
from providers.records import InstancePriceRecord, Market
from syncs.models import ApiUsage

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
DAY = timedelta(days=1)
DENIED = ProviderError(ErrorKind.DENIED, "Prices", "AccessDenied", "Allow it.")


def demo(account_id: str, instance_type: str = "m5.large") -> CloudAccount:
    """An account of the demo company with one instance."""
    owner = account(int(account_id), account_id)
    CloudAccount.objects.filter(pk=owner.pk).update(provider="demo")
    owner.refresh_from_db()
    name = f"web-{account_id}"
    instance(owner, name, instance_type=instance_type, last_seen_at=NOW)
    return owner


@pytest.fixture
def owner() -> CloudAccount:
    return demo(PRODUCTION)


def asked() -> int:
    """How many requests for prices there were in all."""
    rows = ApiUsage.objects.filter(operation="GetProducts")
    return sum(row.requests for row in rows)


def version(owner: CloudAccount) -> object:
    return DataVersion.objects.get(account=owner, dataset="prices").version


def test_they_are_read_once_a_week_and_metered(owner: CloudAccount) -> None:
    run = sync_prices(owner, NOW)
    assert (run.status, run.dataset, run.window) == ("succeeded", "prices", None)
    assert run.rows == InstancePrice.objects.count() > 0
    assert run.requests_by_operation == {"demo:GetProducts": 1}
    for days, requests in ((0.1, 1), (6, 1), (8, 2)):
        sync_prices(owner, NOW + days * DAY)
        assert asked() == requests
    assert InstancePrice.objects.count() == run.rows


def test_an_instance_whose_type_is_not_known_needs_no_price() -> None:
    owner = demo(PRODUCTION, instance_type="")
    for days in (0, 1):
        run = sync_prices(owner, NOW + days * DAY)
        assert (run.status, run.rows, asked()) == ("succeeded", 0, 0)


def test_a_name_that_no_database_keeps_is_stored_changed_and_named(
    owner: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold = DemoProvider.fetch_prices

    def fetch_prices(*arguments: Any) -> list[InstancePriceRecord]:
        found = sold(*arguments)
        return [replace(found[0], instance_type="m5.\0" + "x" * 80), *found[1:]]

    monkeypatch.setattr(DemoProvider, "fetch_prices", fetch_prices)
    run = sync_prices(owner, NOW)
    assert (run.status, run.rows) == ("succeeded", InstancePrice.objects.count())
    assert "instance_type of m5." in run.error
    assert "\0" not in run.error
    stored = InstancePrice.objects.get(instance_type__contains="xx")
    assert len(stored.instance_type) == 64


def test_a_family_that_is_not_sold_has_no_price_and_is_not_asked_for_again(
    owner: CloudAccount,
) -> None:
    sync_prices(owner, NOW)
    assert not InstancePrice.objects.filter(instance_type__startswith="m8i").exists()
    assert PricedFamily.objects.filter(family="m8i").exists()


def test_a_new_kind_of_instance_is_asked_for_at_once(owner: CloudAccount) -> None:
    sync_prices(owner, NOW)
    instance(owner, "search", instance_type="r6i.large", last_seen_at=NOW)
    sync_prices(owner, NOW + DAY / 24)
    assert asked() == 2
    assert InstancePrice.objects.filter(instance_type="r6i.large").exists()


def test_what_an_instance_was_before_has_a_price_too(owner: CloudAccount) -> None:
    StateChange.objects.create(
        resource=owner.resources.get(),
        at=NOW,
        field="instance_type",
        old_value="r6i.large",
        new_value="m5.large",
    )
    sync_prices(owner, NOW)
    assert InstancePrice.objects.filter(instance_type="r6i.large").exists()


def test_without_instances_nothing_is_asked_for() -> None:
    run = sync_prices(account(), NOW)  # of AWS, which can't be reached from here
    assert (run.status, run.rows, run.requests) == ("succeeded", 0, 0)


def test_what_another_account_of_the_cloud_read_is_not_read_again_but_is_news(
    owner: CloudAccount,
) -> None:
    other = demo(STAGING)
    sync_prices(owner, NOW)
    run = sync_prices(other, NOW + DAY / 24)
    assert (run.status, run.requests) == ("succeeded", 0)
    before = version(other)
    sync_prices(other, NOW + DAY)
    assert version(other) == before  # nothing is new since then
    later = NOW + 8 * DAY
    sync_prices(owner, later)
    sync_prices(other, later + DAY / 24)
    assert version(other) != before


def test_a_market_that_fails_keeps_its_prices_and_the_run_is_partial(
    owner: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_prices(owner, NOW)
    stored = InstancePrice.objects.count()
    instance(owner, "win", operating_system="Windows", instance_type="m5.large")
    fetch = DemoProvider.fetch_prices

    def refusing(
        self: DemoProvider, market: Market, families: Sequence[str], currency: str
    ) -> Sequence[InstancePriceRecord]:
        if market.operating_system == "Windows":
            raise DENIED
        return fetch(self, market, families, currency)

    monkeypatch.setattr(DemoProvider, "fetch_prices", refusing)
    run = sync_prices(owner, NOW + 8 * DAY)
    assert (run.status, run.error) == ("partial", str(DENIED))
    assert InstancePrice.objects.count() == stored
    run = sync_prices(owner, NOW + 9 * DAY)
    assert (run.status, run.error) == ("failed", str(DENIED))
