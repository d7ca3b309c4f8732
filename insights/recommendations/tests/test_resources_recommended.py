"""From stored resources, use and prices to recommendations, refresh by refresh."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import Window, last_complete_days, utc_day
from costs.testing import store_costs
from insights.models import Recommendation, Verification
from insights.refresh.refresh_all import refresh
from insights.testing import request_of
from insights.transitions import change_status
from inventory.models import (
    Address,
    Bucket,
    Database,
    LoadBalancer,
    NatGateway,
    Resource,
    Snapshot,
    StateChange,
    Volume,
)
from inventory.testing import instance, resource
from metrics.models import CpuMetric, UsageMetric
from pricing.testing import price
from providers.records import PriceUnit

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(days=400)
MONTH = last_complete_days(32, NOW)
GIB = 2**30
OTHER = "EC2 - Other"


@pytest.fixture
def owner() -> CloudAccount:
    """An account with the list prices of its region."""
    month, hour = PriceUnit.GIB_MONTH, PriceUnit.HOUR
    for kind, sku, unit, amount in (
        ("volume", "gp2", month, "0.10"),
        ("volume", "gp3", month, "0.08"),
        ("volume", "gp3", PriceUnit.MIBPS_MONTH, "0.04"),
        ("snapshot", "standard", month, "0.05"),
        ("address", "idle", hour, "0.005"),
        ("address", "in-use", hour, "0.005"),
        ("nat-gateway", "public", hour, "0.045"),
        ("load-balancer", "application", hour, "0.0225"),
        ("bucket", "StandardStorage", month, "0.023"),
        ("bucket", "StandardIAStorage", month, "0.0125"),
        ("bucket", "StandardIAStorage", PriceUnit.GIB, "0.01"),
    ):
        values = {"minimum_days": 30} if "IA" in sku else {}
        values |= {"from_quantity": 125} if unit == PriceUnit.MIBPS_MONTH else {}
        price(kind, sku, unit, amount, **values)
    for size, amount in (("large", "0.10"), ("xlarge", "0.20")):
        price("database", f"db.m6g.{size}", hour, amount, engine="postgres")
    return account()


def old(model: type[Any], owner: CloudAccount, name: str, **values: Any) -> Any:
    return resource(model, owner, name, first_seen_at=LONG_AGO, **values)


def used(one: Resource, metric: str, **figures: float) -> None:
    UsageMetric.objects.bulk_create(
        UsageMetric(resource=one, day=day, metric=metric, **figures)
        for day in MONTH.days()
    )


def estate(owner: CloudAccount) -> None:
    """Something to do about each kind."""
    old(Volume, owner, "vol-free", volume_type="gp2", size_gib=100)
    busy = {"attached_to": "i-web", "state": "in-use"}
    old(Volume, owner, "vol-gp2", volume_type="gp2", size_gib=1000, **busy)
    old(Snapshot, owner, "snap-1", size_gib=40, storage_tier="standard", source_id="v")
    old(Address, owner, "eip-1")
    used(
        old(NatGateway, owner, "nat-1", gateway_type="public"),
        "processed_bytes",
        total=0,
    )
    old(LoadBalancer, owner, "lb-1", balancer_type="application", targets=0)
    sizes = {"StandardStorage": 1000 * GIB}
    old(Bucket, owner, "logs", bytes_by_tier=sizes, total_bytes=1000 * GIB)
    facts = {"engine": "postgres", "is_multi_zone": False}
    idle = old(Database, owner, "idle", database_class="db.m6g.large", **facts)
    used(idle, "connections", maximum=0)
    lazy = old(Database, owner, "lazy", database_class="db.m6g.xlarge", **facts)
    used(lazy, "connections", maximum=5)
    CpuMetric.objects.bulk_create(
        CpuMetric(resource=lazy, day=day, average_percent=4, maximum_percent=20)
        for day in MONTH.days()
    )


def refreshed(owner: CloudAccount, now: Any = NOW) -> None:
    (outcome, _) = refresh([owner], now)
    assert outcome.failures == []


def test_each_kind_gets_its_advice_at_list_price_and_again_the_same(
    owner: CloudAccount,
) -> None:
    estate(owner)
    refreshed(owner)
    rows = Recommendation.objects.order_by("resource__resource_id")
    found = {
        (row.resource.resource_id, row.rule): (row.category, row.savings_monthly)
        for row in rows.select_related("resource")
    }
    assert found == {
        ("eip-1", "unattached"): ("network", Decimal("3.65")),
        ("idle", "idle"): ("database", Decimal("73.00")),
        ("lazy", "oversized"): ("database", Decimal("73.00")),
        ("lb-1", "idle"): ("network", Decimal("16.42")),
        ("logs", "colder_tier"): ("storage", Decimal("9.50")),
        ("nat-1", "idle"): ("network", Decimal("32.85")),
        ("snap-1", "old_snapshot"): ("storage", Decimal("2.00")),
        ("vol-free", "unattached"): ("storage", Decimal("10.00")),
        ("vol-gp2", "volume_type"): ("storage", Decimal("15.00")),
    }
    before = list(Recommendation.objects.order_by("pk").values())
    refreshed(owner)
    assert list(Recommendation.objects.order_by("pk").values()) == before


def test_what_was_read_of_no_use_is_not_judged(owner: CloudAccount) -> None:
    old(NatGateway, owner, "nat-1", gateway_type="public")
    old(Database, owner, "db", engine="postgres", database_class="db.m6g.large")
    refreshed(owner)
    assert not Recommendation.objects.exists()


def test_one_whose_use_is_not_known_today_keeps_its_recommendation(
    owner: CloudAccount,
) -> None:
    idle = old(NatGateway, owner, "nat-1", gateway_type="public")
    used(idle, "processed_bytes", total=0)
    refreshed(owner)
    UsageMetric.objects.filter(day=MONTH.end - timedelta(days=1)).delete()
    refreshed(owner)
    assert Recommendation.objects.get().status == "open"


def test_a_bucket_may_be_called_like_a_database(owner: CloudAccount) -> None:
    for model in (Address, Volume):
        old(model, owner, "same", **({"volume_type": "gp2"} if model is Volume else {}))
    refreshed(owner)
    kinds = Recommendation.objects.values_list("resource__kind", flat=True)
    assert sorted(kinds) == ["address", "volume"]


def test_they_count_no_more_than_the_bill_of_their_services(
    owner: CloudAccount,
) -> None:
    estate(owner)
    a_day = {OTHER: "1.00", "Amazon Virtual Private Cloud": "9.00"}
    store_costs(owner, last_complete_days(60, NOW), a_day)
    refreshed(owner)
    of_other = Recommendation.objects.filter(
        resource__kind__in=["volume", "snapshot", "nat-gateway"]
    )
    # 59.85 are promised, and 30.42 are paid a month.
    assert of_other.savings_per_currency()["USD"] <= Decimal("30.42")
    eip = Recommendation.objects.get(resource__kind="address")
    assert eip.counted_monthly == eip.savings_monthly


def test_what_ends_with_a_stopped_instance_counts_once(owner: CloudAccount) -> None:
    off = instance(owner, "off", state="stopped", first_seen_at=LONG_AGO)
    busy = {"attached_to": off.resource_id, "state": "in-use"}
    old(Volume, owner, "vol-1", volume_type="gp2", size_gib=1000, **busy)
    old(Address, owner, "eip-1", attached_to=off.resource_id)
    refreshed(owner)
    stop = Recommendation.objects.get(rule="stopped")
    assert stop.savings_monthly == Decimal("103.65")
    retype = Recommendation.objects.get(rule="volume_type")
    assert (retype.counted_monthly, retype.alternative_to) == (0, "stopped")


def test_a_shared_disk_does_not_end_with_one_stopped_instance(
    owner: CloudAccount,
) -> None:
    off = instance(owner, "off", state="stopped", first_seen_at=LONG_AGO)
    size = {"volume_type": "gp2", "state": "in-use"}
    own, shared = off.resource_id, f"{off.resource_id},i-web"
    old(Volume, owner, "vol-1", size_gib=10, attached_to=own, **size)
    old(Volume, owner, "vol-2", size_gib=1000, attached_to=shared, **size)
    refreshed(owner)
    stop = Recommendation.objects.get(rule="stopped")
    assert stop.savings_monthly == Decimal("1.00")
    retype = Recommendation.objects.get(rule="volume_type")
    assert (retype.counted_monthly, retype.alternative_to) == (Decimal("15.00"), "")


def test_a_deleted_snapshot_shares_no_blocks(owner: CloudAccount) -> None:
    facts = {"size_gib": 40, "storage_tier": "standard", "source_id": "vol-1"}
    old(Snapshot, owner, "snap-1", **facts)
    old(Snapshot, owner, "snap-2", gone_since=NOW, **facts)
    refreshed(owner)
    assert Recommendation.objects.get().savings_monthly == Decimal("2.00")


def done(owner: CloudAccount, bill_after: str, *, deleted: bool) -> Verification:
    """Deleted 20 days ago, of a bill of $5.00 a day."""
    free = old(Volume, owner, "vol-free", volume_type="gp2", size_gib=1000)
    store_costs(owner, last_complete_days(60, NOW), {OTHER: "5.00"})
    refreshed(owner)
    row = Recommendation.objects.get()
    change_status(row, "done", row.version, NOW, request=request_of())
    if deleted:
        Volume.objects.filter(pk=free.pk).update(gone_since=NOW)
    now = NOW + timedelta(days=20)
    store_costs(owner, Window(utc_day(NOW), utc_day(now)), {OTHER: bill_after})
    refreshed(owner, now)
    return Verification.objects.get()


def test_a_deleted_volume_is_realized_by_the_bill_of_its_service(
    owner: CloudAccount,
) -> None:
    verdict = done(owner, "1.71", deleted=True)  # less by 100.00 a month
    assert (verdict.status, verdict.currency) == ("realized", "USD")
    assert verdict.realized is not None
    assert abs(verdict.realized - 100) < Decimal("0.20")


def test_only_what_the_bill_fell_by_is_realized(owner: CloudAccount) -> None:
    verdict = done(owner, "4.00", deleted=True)
    assert verdict.status == "realized"
    assert verdict.share == pytest.approx(0.304, abs=0.01)


def test_a_bill_that_stays_realizes_nothing(owner: CloudAccount) -> None:
    verdict = done(owner, "5.00", deleted=True)
    assert verdict.status == "not_realized"
    assert "bill did not fall" in verdict.reason


def test_one_that_still_exists_is_not_realized_whatever_the_bill_says(
    owner: CloudAccount,
) -> None:
    verdict = done(owner, "1.71", deleted=False)
    assert verdict.status == "not_realized"
    assert verdict.reason == "The volume still exists."


def test_what_came_meanwhile_is_no_reason_that_a_bill_stays(
    owner: CloudAccount,
) -> None:
    new = {"first_seen_at": NOW, "attached_to": "i-1", "state": "in-use"}
    resource(
        Volume,
        owner,
        "vol-new",
        volume_type="gp3",
        size_gib=1250,
        throughput_mib=125,
        **new,
    )
    verdict = done(owner, "5.00", deleted=True)
    assert verdict.status == "realized"


def test_another_type_is_realized_when_the_inventory_shows_it(
    owner: CloudAccount,
) -> None:
    busy = {"attached_to": "i-web", "state": "in-use"}
    disk = old(Volume, owner, "vol-1", volume_type="gp2", size_gib=1000, **busy)
    store_costs(owner, last_complete_days(60, NOW), {OTHER: "5.00"})
    refreshed(owner)
    row = Recommendation.objects.get()
    change_status(row, "done", row.version, NOW, request=request_of())
    now = NOW + timedelta(days=20)
    window = Window(utc_day(NOW), utc_day(now))
    store_costs(owner, window, {OTHER: "4.51"})
    refreshed(owner, now)
    assert Verification.objects.get().reason == "It is of type gp2."
    Volume.objects.filter(pk=disk.pk).update(volume_type="gp3", throughput_mib=250)
    change = {"field": "volume_type", "old_value": "gp2", "new_value": "gp3"}
    StateChange.objects.create(resource=disk, at=NOW, **change)
    refreshed(owner, now + timedelta(days=1))
    verdict = Verification.objects.get()
    assert (verdict.status, row.savings_monthly) == ("realized", Decimal("15.00"))
