"""The company's disks, buckets, databases and addresses, joined with its machines."""

from datetime import UTC, date, datetime, timedelta

import pytest

from providers.demo.company import ACCOUNT_IDS, PRODUCTION, STAGING
from providers.demo.provider import DemoProvider
from providers.records import AddressRecord, BucketRecord, ResourceRecord, VolumeRecord

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
    volumes = [one for one in everything(account_id) if isinstance(one, VolumeRecord)]
    addresses = [
        one for one in everything(account_id) if isinstance(one, AddressRecord)
    ]
    assert {one.attached_to for one in volumes} - {""} == machines
    assert {one.attached_to for one in addresses} - {""} <= machines
    assert any(not one.attached_to for one in volumes)


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
