"""EBS snapshots as they are described, and whether their volumes are there."""

from core.testing.aws_emulator import EmulatedAws, EmulatedSnapshot, EmulatedVolume
from core.testing.aws_emulator.resources import CREATED
from providers.aws.client import AwsAccount
from providers.aws.provider import AwsProvider
from providers.records import SnapshotRecord

REGION = "eu-west-1"


def snapshots() -> dict[str, SnapshotRecord]:
    answers = AwsProvider(AwsAccount()).fetch_storage(print)
    return {
        one.resource_id: one
        for answer in answers
        for one in answer.resources
        if isinstance(one, SnapshotRecord)
    }


def test_a_snapshot_has_its_volume_size_and_tier(aws: EmulatedAws) -> None:
    aws.world().add_volume(EmulatedVolume("vol-1", REGION))
    aws.world().add_snapshot(
        EmulatedSnapshot(
            *("snap-1", REGION, "vol-1"),
            tier="archive",
            description="nightly",
            tags={"Name": "data", "team": "shop"},
        )
    )
    assert snapshots() == {
        "snap-1": SnapshotRecord(
            resource_id="snap-1",
            region=REGION,
            state="completed",
            name="data",
            created_at=CREATED,
            tags={"Name": "data", "team": "shop"},
            size_gib=100,
            full_bytes=40 * 2**30,
            storage_tier="archive",
            is_incremental=True,
            source_id="vol-1",
            source_exists=True,
            description="nightly",
        )
    }


def test_a_volume_that_is_gone_is_distinguished_from_a_copy_that_never_had_one(
    aws: EmulatedAws,
) -> None:
    world = aws.world()
    world.add_volume(EmulatedVolume("vol-1", "us-east-1"))
    world.add_snapshot(EmulatedSnapshot("snap-1", REGION, "vol-1"))
    world.add_snapshot(
        EmulatedSnapshot("snap-2", REGION, "vol-ffffffff", full_bytes=None)
    )
    found = snapshots()
    gone, copy = found["snap-1"], found["snap-2"]
    assert (gone.source_id, gone.source_exists) == ("vol-1", False)
    assert (copy.source_id, copy.source_exists, copy.full_bytes) == ("", None, None)


def test_public_snapshots_of_others_are_not_the_accounts(aws: EmulatedAws) -> None:
    assert snapshots() == {}
    assert aws.requests["ec2:DescribeSnapshots"] == 2


def test_all_pages_of_volumes_are_known_before_a_snapshot_is_looked_at(
    aws: EmulatedAws,
) -> None:
    for number in range(5):
        aws.world().add_volume(EmulatedVolume(f"vol-{number}", REGION))
        aws.world().add_snapshot(
            EmulatedSnapshot(f"snap-{number}", REGION, f"vol-{number}")
        )
    aws.page_size["ec2:DescribeVolumes"] = aws.page_size["ec2:DescribeSnapshots"] = 2
    assert [one.source_exists for one in snapshots().values()] == [True] * 5
    assert aws.requests["ec2:DescribeSnapshots"] == 3 + 1
