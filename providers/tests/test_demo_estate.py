"""The company's disks, buckets, databases and addresses, joined with its machines."""

from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest

from providers.demo.company import ACCOUNT_IDS, PRODUCTION, STAGING, STORES
from providers.demo.provider import DemoProvider
from providers.records import (
    AddressRecord,
    BucketRecord,
    DatabaseRecord,
    LoadBalancerRecord,
    NatGatewayRecord,
    ResourceMarket,
    ResourceRecord,
    SnapshotRecord,
    VolumeRecord,
)

ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)


def everything(account_id: str, now: datetime = NOW) -> list[ResourceRecord]:
    demo = DemoProvider(account_id, ANCHOR, now)
    sources = (demo.fetch_storage, demo.fetch_databases, demo.fetch_network)
    answers = [part for fetch in sources for part in fetch(lambda _: None)]
    return [one for part in answers for one in part.resources]


@pytest.mark.parametrize("account_id", ACCOUNT_IDS.values())
def test_ids_are_unique_and_the_same_each_time(account_id: str) -> None:
    found = everything(account_id)
    assert len({one.resource_id for one in found}) == len(found)
    assert found == everything(account_id)


@pytest.mark.parametrize("account_id", ACCOUNT_IDS.values())
def test_each_machine_has_a_disk_and_what_is_attached_is_to_one_that_exists(
    account_id: str,
) -> None:
    demo = DemoProvider(account_id, ANCHOR, NOW)
    machines = {
        one.resource_id
        for part in demo.fetch_instances(lambda _: None)
        for one in part.resources
    }
    found = everything(account_id)
    volumes = [one for one in found if isinstance(one, VolumeRecord)]
    addresses = [one for one in found if isinstance(one, AddressRecord)]
    assert {one.attached_to for one in volumes} - {""} == machines
    documented = ip_network("198.51.100.0/24")
    assert all(ip_address(one.ip or "") in documented for one in addresses)
    held = {one.attached_to for one in addresses} - {""}
    assert held <= machines | {one.resource_id for one in found}
    assert any(not one.attached_to for one in volumes)


def test_snapshots_outlive_their_disks() -> None:
    found = everything(PRODUCTION)
    disks = {one.resource_id for one in found if isinstance(one, VolumeRecord)}
    snapshots = [one for one in found if isinstance(one, SnapshotRecord)]
    assert {one.source_exists for one in snapshots} == {True, False}
    for one in snapshots:
        assert one.source_exists == (one.source_id in disks)


@pytest.mark.parametrize("account_id", ACCOUNT_IDS.values())
def test_each_has_a_price_where_it_is(account_id: str) -> None:
    demo = DemoProvider(account_id, ANCHOR, NOW)
    markets = {
        VolumeRecord: ("volume", "volume_type"),
        SnapshotRecord: ("snapshot", "storage_tier"),
        DatabaseRecord: ("database", "database_class"),
        NatGatewayRecord: ("nat-gateway", "gateway_type"),
        LoadBalancerRecord: ("load-balancer", "balancer_type"),
    }
    for one in everything(account_id):
        if type(one) in markets:
            kind, sku = markets[type(one)]
            market = ResourceMarket(one.region, kind, getattr(one, "engine", ""))
            prices = demo.fetch_resource_prices(market, "USD")
            assert getattr(one, sku) in {price.sku for price in prices}, one


def test_azures_ids_are_paths_in_lower_case_and_groups_are_known() -> None:
    for one in everything(STORES):
        assert one.resource_id == one.resource_id.lower()
        assert f"/resourcegroups/{one.resource_group}/" in one.resource_id


def test_an_address_is_left_over_when_its_machine_ends() -> None:
    def states(days: int) -> set[tuple[str, bool]]:
        then = everything(STAGING, NOW + timedelta(days=days))
        addresses = [one for one in then if isinstance(one, AddressRecord)]
        return {(one.state, bool(one.attached_to)) for one in addresses}

    assert states(-80) == {("associated", True)}
    assert states(0) == {("unassociated", False)}


def test_buckets_only_grow() -> None:
    sizes = [
        sum(
            one.total_bytes or 0
            for one in everything(PRODUCTION, NOW + timedelta(days=days))
            if isinstance(one, BucketRecord)
        )
        for days in range(-30, 1)
    ]
    assert sizes == sorted(set(sizes))
