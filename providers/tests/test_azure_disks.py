"""Disks and snapshots of the emulated Azure."""

import pytest

from core.testing.azure_emulator import (
    Disk,
    EmulatedAzure,
    EmulatedSubscription,
    Snapshot,
)
from providers.azure.disks import normalize_disk
from providers.azure.provider import AzureProvider
from providers.records import SnapshotRecord, VolumeRecord
from providers.tests.azure_reads import provider_of
from providers.tests.azure_resources import by_name


@pytest.fixture
def provider(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureProvider:
    return provider_of(azure, subscription.subscription_id, max_attempts=2)


def disk(provider: AzureProvider, name: str) -> VolumeRecord:
    found = by_name(provider.fetch_storage)[name]
    assert isinstance(found, VolumeRecord)
    return found


def test_a_disk_is_described_as_azure_describes_it(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    vm = subscription.add_vm("Web-1")
    made = subscription.add(Disk, "Data", vms=[vm], tags={"team": "shop"})
    assert disk(provider, "Data") == VolumeRecord(
        resource_id=made.id.lower(),
        region="westeurope",
        state="attached",
        name="Data",
        resource_group="shop-rg",
        created_at=made.created_at,
        tags={"team": "shop"},
        volume_type="Premium_LRS",
        size_gib=128,
        iops=500,
        throughput_mib=95,  # 100 MB of 10^6 bytes
        attached_to=vm.id.lower(),
    )


def test_a_disk_of_no_machine_is_unattached_and_one_of_a_stopped_one_reserved(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    subscription.add(Disk, "left")
    off = subscription.add_vm("off", power="deallocated")
    subscription.add(Disk, "held", vms=[off])
    subscription.add(Disk, "copied", state="ActiveSAS")
    left, held, copied = (disk(provider, one) for one in ("left", "held", "copied"))
    assert (left.state, left.attached_to) == ("unattached", "")
    assert (held.state, held.attached_to) == ("reserved", off.id.lower())
    assert (copied.state, copied.attached_to) == ("activesas", "")


def test_a_shared_disk_names_each_of_its_machines(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    vms = [subscription.add_vm(name) for name in ("b", "a")]
    subscription.add(Disk, "shared", vms=vms)
    ids = sorted(vm.id.lower() for vm in vms)
    assert disk(provider, "shared").attached_to == ",".join(ids)


def snapshot(provider: AzureProvider, name: str) -> SnapshotRecord:
    found = by_name(provider.fetch_storage)[name]
    assert isinstance(found, SnapshotRecord)
    return found


def test_a_snapshot_is_joined_with_its_disk_whatever_the_case(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    data = subscription.add(Disk, "Data")
    made = subscription.add(Snapshot, "Copy", source=data.id, tags={"team": "shop"})
    assert snapshot(provider, "Copy") == SnapshotRecord(
        resource_id=made.id.lower(),
        region="westeurope",
        state="succeeded",
        name="Copy",
        resource_group="shop-rg",
        created_at=made.created_at,
        tags={"team": "shop"},
        size_gib=128,
        storage_tier="Standard_LRS",
        is_incremental=True,
        source_id=data.id.lower(),
        source_exists=True,
    )
    subscription.remove(data)
    assert snapshot(provider, "Copy").source_exists is False


def test_a_snapshot_of_no_disk_here_is_not_one_of_a_disk_that_is_gone(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    other = "/subscriptions/another/resourceGroups/X/providers"
    foreign = f"{other}/Microsoft.Compute/disks/theirs"
    subscription.add(Snapshot, "foreign", source=foreign)
    first = subscription.add(Snapshot, "imported", incremental=False)
    subscription.add(Snapshot, "copied", source=first.id)
    assert snapshot(provider, "foreign").source_id == foreign.lower()
    for name in ("foreign", "imported", "copied"):
        assert snapshot(provider, name).source_exists is None
    assert snapshot(provider, "copied").source_id == ""
    assert snapshot(provider, "imported").is_incremental is False


def test_what_azure_does_not_say_is_unknown() -> None:
    raw = {"id": "/x", "name": "d", "location": "West Europe", "properties": {}}
    record = normalize_disk(raw)
    assert (record.size_gib, record.iops, record.throughput_mib) == (None, None, None)
    assert (record.state, record.created_at, record.region) == ("", None, "westeurope")
