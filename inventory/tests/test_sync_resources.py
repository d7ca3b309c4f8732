"""Resources of every kind come, change, vanish and come back, as instances do."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from clouds.models import CloudAccount
from clouds.testing import account
from inventory.kinds import KINDS, kinds_of
from inventory.models import Bucket, Resource, StateChange, Volume
from inventory.sync import (
    mark_closed,
    read_resources,
    sync_databases,
    sync_ec2,
    sync_network,
    sync_storage,
)
from inventory.testing import FakeCloud, instance
from providers.errors import ErrorKind, ProviderError
from providers.records import (
    AddressRecord,
    BucketRecord,
    DatabaseRecord,
    InstanceRecord,
    LoadBalancerRecord,
    NatGatewayRecord,
    RegionResources,
    ResourceRecord,
    SnapshotRecord,
    VolumeRecord,
)
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claim_and_read import claim_and_read
from syncs.testing import outcome

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
HOUR = timedelta(hours=1)
EU, US = "eu-west-1", "us-east-1"
MACHINE = InstanceRecord(resource_id="i-1", region=EU, state="running")
VOLUME = VolumeRecord(
    resource_id="vol-1",
    region=EU,
    state="in-use",
    name="data",
    volume_type="gp3",
    size_gib=100,
    iops=3000,
    throughput_mib=125,
    attached_to="i-1",
    tags={"team": "shop"},
)
SNAPSHOT = SnapshotRecord(
    resource_id="snap-1",
    region=EU,
    state="completed",
    size_gib=100,
    full_bytes=3_000_000_000_000,
    storage_tier="standard",
    is_incremental=True,
    source_id="vol-1",
    source_exists=True,
    description="nightly",
)
BUCKET = BucketRecord(
    resource_id="assets",
    region=EU,
    state="available",
    bytes_by_tier={"Standard": 3_000_000_000_000, "Glacier\t": 5},
    object_count=7,
)
DATABASE = DatabaseRecord(
    resource_id="orders",
    region=EU,
    state="available",
    engine="postgres",
    database_class="db.m6g.large",
    storage_gib=200,
    is_multi_zone=True,
)
ADDRESS = AddressRecord(
    resource_id="eipalloc-1", region=EU, state="", ip="203.0.113.9", attached_to="i-1"
)
GATEWAY = NatGatewayRecord(
    resource_id="nat-1",
    region=EU,
    state="available",
    gateway_type="public",
    public_ips="203.0.113.7,203.0.113.8",
    vpc_id="vpc-1",
    subnets=2,
)
BALANCER = LoadBalancerRecord(
    resource_id="lb-1",
    region=EU,
    state="active",
    balancer_type="network",
    targets=2,
    healthy_targets=1,
)
RECORDS: dict[Dataset, list[ResourceRecord]] = {
    Dataset.INSTANCES: [MACHINE],
    Dataset.STORAGE: [VOLUME, SNAPSHOT, BUCKET],
    Dataset.DATABASES: [DATABASE],
    Dataset.NETWORK: [ADDRESS, GATEWAY, BALANCER],
}


def changes() -> list[tuple[str, str, str]]:
    """Every change, the oldest first."""
    rows = StateChange.objects.order_by("at", "id")
    return list(rows.values_list("field", "old_value", "new_value"))


def present() -> set[str]:
    return set(Resource.objects.present().values_list("resource_id", flat=True))


def down(region: str) -> RegionResources:
    error = ProviderError(ErrorKind.UNAVAILABLE, f"Volumes in {region}", "down", "Wait")
    return RegionResources(region, error=error)


def renewed(record: ResourceRecord, **values: object) -> ResourceRecord:
    return replace(record, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("dataset", RECORDS)
def test_what_was_read_twice_is_stored_once_as_it_was_answered(
    dataset: Dataset, cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    cloud.answers = [RegionResources(EU, RECORDS[dataset])]
    for hours in (0, 1):
        then = now + hours * HOUR
        run = claim_and_read(dataset, read_resources, mine, then)
        assert outcome(run) == ("succeeded", "")
        assert run.rows == len(RECORDS[dataset])
        assert Resource.objects.count() == len(RECORDS[dataset])
    assert changes() == [
        ("state", "", one.state or "unknown") for one in RECORDS[dataset]
    ]
    for kind in kinds_of(dataset):
        traits = KINDS[kind]
        (record,) = [r for r in RECORDS[dataset] if isinstance(r, traits.record)]
        stored = traits.model._default_manager.get()
        assert stored.kind == kind
        assert stored.tags == record.tags
        for name in traits.own_fields:
            assert getattr(stored, name) == getattr(record, name), name


def test_a_vanished_volume_is_deleted_until_it_is_seen_again(
    cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    cloud.answers = [RegionResources(EU, [VOLUME, BUCKET])]
    sync_storage(mine, now)
    cloud.answers = [RegionResources(EU, [BUCKET])]
    for hours in (1, 2):
        sync_storage(mine, now + hours * HOUR)
        gone = Volume.objects.get()
        assert (gone.gone_since, gone.last_seen_at) == (now + HOUR, now)
        assert changes()[2:] == [("state", "in-use", "deleted")]
    cloud.answers = [RegionResources(EU, [VOLUME, BUCKET])]
    sync_storage(mine, now + 3 * HOUR)
    back = Volume.objects.get()
    assert (back.pk, back.gone_since, back.first_seen_at) == (gone.pk, None, now)
    assert changes()[3:] == [("state", "deleted", "in-use")]


def test_a_dataset_says_nothing_of_what_others_read(
    cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    syncs = {
        Dataset.INSTANCES: sync_ec2,
        Dataset.STORAGE: sync_storage,
        Dataset.DATABASES: sync_databases,
        Dataset.NETWORK: sync_network,
    }
    for dataset, sync in syncs.items():
        cloud.answers = [RegionResources(EU, RECORDS[dataset])]
        sync(mine, now)
    everything = present()
    assert len(everything) == len(Resource.Kind)
    cloud.answers = [RegionResources(EU)]
    sync_storage(mine, now + HOUR)
    assert everything - present() == {"vol-1", "snap-1", "assets"}


def test_a_failed_regions_resources_are_not_touched_and_the_run_says_which(
    cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    other = renewed(VOLUME, resource_id="vol-2", region=US)
    cloud.answers = [RegionResources(EU, [VOLUME]), RegionResources(US, [other])]
    sync_storage(mine, now)
    cloud.answers = [down(EU), RegionResources(US)]
    status, error = outcome(sync_storage(mine, now + HOUR))
    assert status == "partial"
    assert "Volumes in eu-west-1" in error
    assert present() == {"vol-1"}
    cloud.answers = [down(EU), down(US)]
    assert outcome(sync_storage(mine, now + 2 * HOUR))[0] == "failed"
    cloud.answers = [RegionResources(EU), RegionResources(US)]
    assert outcome(sync_storage(mine, now + 3 * HOUR)) == ("succeeded", "")
    assert present() == set()


def test_an_empty_list_of_regions_is_a_failure_and_no_empty_account(
    cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    cloud.answers = [RegionResources(EU, [VOLUME])]
    sync_storage(mine, now)
    cloud.answers = []
    status, error = outcome(sync_storage(mine, now + HOUR))
    assert status == "failed"
    assert "empty list" in error
    assert present() == {"vol-1"}


def test_a_region_that_is_not_read_any_more_takes_its_resources_with_it(
    cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    cloud.answers = [RegionResources(EU, [VOLUME]), RegionResources(US)]
    sync_storage(mine, now)
    cloud.answers = [RegionResources(US)]
    for hours in (1, 2):
        sync_storage(mine, now + hours * HOUR)
        assert Volume.objects.get().gone_since == now + HOUR
        assert len(changes()) == 2


def test_killed_between_two_regions_and_run_again_the_rows_are_the_same(
    cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    class Killed(BaseException):
        """What no sync catches."""

    other = renewed(VOLUME, resource_id="vol-2", region=US)
    whole = [RegionResources(EU, [VOLUME]), RegionResources(US, [other])]
    cloud.answers = [whole[0], Killed(), whole[1]]
    with pytest.raises(Killed):
        sync_storage(mine, now)
    SyncRun.objects.active().delete()
    cloud.answers = [*whole]
    for hours in (1, 2):
        assert outcome(sync_storage(mine, now + hours * HOUR)) == ("succeeded", "")
        assert present() == {"vol-1", "vol-2"}
        assert changes() == [("state", "", "in-use")] * 2


def test_a_snapshot_whose_disk_goes_has_that_in_its_history(
    cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    cloud.answers = [RegionResources(EU, [SNAPSHOT])]
    sync_storage(mine, now)
    cloud.answers = [RegionResources(EU, [renewed(SNAPSHOT, source_exists=False)])]
    for hours in (1, 2):
        sync_storage(mine, now + hours * HOUR)
    assert changes()[1:] == [("source_exists", "True", "False")]


def test_a_volume_that_is_detached_resized_or_retyped_has_that_in_its_history(
    cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    cloud.answers = [RegionResources(EU, [VOLUME])]
    sync_storage(mine, now)
    loose = renewed(
        VOLUME, state="available", attached_to="", size_gib=200, volume_type="io2"
    )
    cloud.answers = [RegionResources(EU, [loose])]
    for hours in (1, 2):
        sync_storage(mine, now + hours * HOUR)
    assert changes()[1:] == [
        ("state", "in-use", "available"),
        ("volume_type", "gp3", "io2"),
        ("size_gib", "100", "200"),
        ("attached_to", "i-1", "unattached"),
    ]
    cloud.answers = [RegionResources(EU, [VOLUME])]
    sync_storage(mine, now + 3 * HOUR)
    assert changes()[-1] == ("attached_to", "unattached", "i-1")


def test_sizes_of_a_bucket_that_were_not_measured_this_time_stay_stored(
    cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    cloud.answers = [RegionResources(EU, [BUCKET])]
    sync_storage(mine, now)
    unknown = renewed(BUCKET, bytes_by_tier=None, object_count=None)
    cloud.answers = [RegionResources(EU, [unknown])]
    sync_storage(mine, now + HOUR)
    stored = Bucket.objects.get()
    assert stored.bytes_by_tier == BUCKET.bytes_by_tier
    assert (stored.total_bytes, stored.object_count) == (3_000_000_000_005, 7)
    emptied = renewed(BUCKET, bytes_by_tier={}, object_count=0)
    cloud.answers = [RegionResources(EU, [emptied])]
    sync_storage(mine, now + 2 * HOUR)
    stored.refresh_from_db()
    assert (stored.bytes_by_tier, stored.object_count) == ({}, 0)
    assert stored.total_bytes == 0


def test_a_bucket_may_be_called_like_a_volume(
    cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    twin = renewed(BUCKET, resource_id="vol-1")
    cloud.answers = [RegionResources(EU, [VOLUME, twin])]
    for hours in (0, 1):
        assert outcome(sync_storage(mine, now + hours * HOUR)) == ("succeeded", "")
    assert Volume.objects.get().volume_type == "gp3"
    assert Bucket.objects.get().pk != Volume.objects.get().pk


def test_texts_that_can_not_be_stored_are_fitted_and_named(
    cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    strange = renewed(
        VOLUME,
        name="web\0",
        volume_type="x" * 100,
        attached_to="i-" + "y" * 5000,
        tags={"a\0": "b"},
    )
    cloud.answers = [RegionResources(EU, [strange])]
    for hours in (0, 1):
        status, error = outcome(sync_storage(mine, now + hours * HOUR))
        assert status == "succeeded"
        assert "volume_type of vol-1" in error
    cloud.answers = [RegionResources(EU, [VOLUME])]
    sync_storage(mine, now + 2 * HOUR)
    old = StateChange.objects.get(field="attached_to").old_value
    assert len(old) == 512


def test_all_of_a_closed_account_is_gone(
    cloud: FakeCloud, mine: CloudAccount, now: datetime
) -> None:
    cloud.answers = [RegionResources(EU, [VOLUME, BUCKET])]
    sync_storage(mine, now)
    left = instance(account(2, "other"), "web")
    mark_closed(mine, now + HOUR)
    assert [one.pk for one in Resource.objects.filter(gone_since=None)] == [left.pk]
