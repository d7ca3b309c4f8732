"""Changing addresses, volumes and buckets of the emulated AWS."""

from dataclasses import replace
from datetime import timedelta

from core.testing.aws_emulator import (
    EmulatedAddress,
    EmulatedAws,
    EmulatedBucket,
    EmulatedSnapshot,
    EmulatedVolume,
)
from core.testing.aws_emulator.resources import Modification
from providers.acting import (
    ActionKind,
)
from providers.acting_steps import undo
from providers.errors import ErrorKind
from providers.tests.aws_actions import (
    REGION,
    SNAPSHOT,
    acting,
    approved,
    of_kind,
    refused,
    run,
)

# Addresses


def test_it_releases_an_address_that_nothing_holds(aws: EmulatedAws) -> None:
    aws.world().add_address(EmulatedAddress("eipalloc-1", REGION))
    source = acting(aws)
    action = approved(source, ActionKind.RELEASE_ADDRESS, "eipalloc-1")
    assert "ec2:ReleaseAddress" in source.dry_run(action)
    outcome = run(source, action)
    assert (outcome.seen, outcome.undo) == (None, None)
    assert "203.0.113.10" in outcome.answer
    assert not aws.world().addresses
    assert run(source, action, is_repeated=True).seen is None
    of_kind(refused(source, action), ErrorKind.CHANGED, "gone")


def test_an_address_in_use_stays(aws: EmulatedAws) -> None:
    address = EmulatedAddress("eipalloc-1", REGION, instance_id="i-1")
    aws.world().add_address(address)
    source = acting(aws)
    action = approved(source, ActionKind.RELEASE_ADDRESS, "eipalloc-1")
    of_kind(refused(source, action), ErrorKind.CONFLICT, "i-1 holds it")


def test_what_was_released_and_is_still_listed_is_not_to_be_released_again(
    aws: EmulatedAws,
) -> None:
    aws.world().add_address(EmulatedAddress("eipalloc-1", REGION))
    source = acting(aws)
    action = approved(source, ActionKind.RELEASE_ADDRESS, "eipalloc-1")
    assert undo(action, source.look(action)) is None


# Volumes


def test_a_volume_is_deleted_after_a_snapshot_with_its_tags(aws: EmulatedAws) -> None:
    aws.seconds_to_change = 30
    tags = {"team": "shop", "aws:cloudformation:stack-name": "web"}
    aws.world().add_volume(EmulatedVolume("vol-1", REGION, tags=tags))
    source = acting(aws)
    action = approved(source, ActionKind.DELETE_VOLUME, "vol-1")
    assert "ec2:CreateSnapshot, ec2:DeleteVolume" in source.dry_run(action)
    outcome = run(source, action)
    assert SNAPSHOT in outcome.answer
    assert not aws.world().volumes
    snapshot = aws.world().snapshots[SNAPSHOT]
    was = "zone=eu-west-1a type=gp3 iops=3000 throughput=125"
    own = {"cloudintel-action": "ci-1", "cloudintel-volume": was}
    assert snapshot.tags == {"team": "shop", **own}
    assert outcome.undo is not None
    back = approved(source, ActionKind.RESTORE_VOLUME, "vol-1", outcome.undo.target)
    assert "ec2:CreateVolume" in source.dry_run(back)
    for is_repeated in (False, True):
        run(source, back, is_repeated=is_repeated)
    (made,) = aws.world().volumes.values()
    assert (made.volume_type, made.iops, made.tags["team"]) == ("gp3", 3000, "shop")


def test_a_volume_that_an_earlier_run_has_made_is_not_made_again(
    aws: EmulatedAws,
) -> None:
    tags = {"cloudintel-volume": "zone=eu-west-1a type=gp3"}
    aws.world().add_snapshot(EmulatedSnapshot("snap-1", REGION, "vol-1", tags=tags))
    source = acting(aws)
    back = approved(source, ActionKind.RESTORE_VOLUME, "vol-1", "snap-1")
    own = {"cloudintel-action": back.key}
    # EC2 has forgotten the token, by which it would be the same.
    made = aws.world().add_volume(EmulatedVolume("vol-2", REGION, tags=own))
    assert "vol-2" in run(source, back, is_repeated=True).answer
    assert [*aws.world().volumes] == ["vol-2"]
    made.state = "error"
    error = refused(source, back, is_repeated=True)
    of_kind(error, ErrorKind.CONFLICT, "could not make the volume vol-2", "encryption")


def test_a_snapshot_that_says_nothing_of_its_volume_restores_none(
    aws: EmulatedAws,
) -> None:
    aws.world().add_snapshot(EmulatedSnapshot("snap-1", REGION, "vol-1"))
    source = acting(aws)
    back = approved(source, ActionKind.RESTORE_VOLUME, "vol-1", "snap-1")
    of_kind(refused(source, back), ErrorKind.CONFLICT, "no tag cloudintel-volume")


def test_a_repeated_deletion_takes_the_snapshot_that_is_there(aws: EmulatedAws) -> None:
    aws.seconds_to_change = 200  # longer than the deadline
    aws.world().add_volume(EmulatedVolume("vol-1", REGION))
    source = acting(aws)
    action = approved(source, ActionKind.DELETE_VOLUME, "vol-1")
    of_kind(refused(source, action), ErrorKind.UNFINISHED, "snapshot")
    aws.wait(200)
    aws.seconds_to_change = 0
    run(source, action, is_repeated=True)
    assert [*aws.world().snapshots] == [SNAPSHOT]
    assert not aws.world().volumes


def test_a_snapshot_of_another_day_or_volume_is_not_taken_for_its_own(
    aws: EmulatedAws,
) -> None:
    aws.seconds_to_change = 200  # longer than the deadline
    aws.world().add_volume(EmulatedVolume("vol-1", REGION))
    source = acting(aws)
    action = approved(source, ActionKind.DELETE_VOLUME, "vol-1")
    of_kind(refused(source, action), ErrorKind.UNFINISHED, "snapshot")
    tags = {"cloudintel-action": "ci-1"}
    aws.world().add_snapshot(EmulatedSnapshot("snap-2", REGION, "vol-2", tags=tags))
    aws.wait(25 * 3600)
    aws.seconds_to_change = 0
    outcome = run(source, action, is_repeated=True)
    taken = [one for one in aws.world().snapshots.values() if one.volume_id == "vol-1"]
    assert len(taken) == 2
    assert taken[1].snapshot_id in outcome.answer


def test_a_volume_attached_while_its_snapshot_was_taken_stays(aws: EmulatedAws) -> None:
    aws.seconds_to_change = 30
    volume = aws.world().add_volume(EmulatedVolume("vol-1", REGION))
    source = acting(aws)
    action = approved(source, ActionKind.DELETE_VOLUME, "vol-1")
    aws.later(lambda: volume.attached_to.append("i-1"))
    of_kind(refused(source, action), ErrorKind.CHANGED, "attached to was empty")
    assert not aws.requests["ec2:DeleteVolume"]


def test_without_a_complete_snapshot_no_volume_is_deleted(aws: EmulatedAws) -> None:
    aws.world().add_volume(EmulatedVolume("vol-1", REGION))
    source = acting(aws)
    action = approved(source, ActionKind.DELETE_VOLUME, "vol-1")
    aws.seconds_to_change = 30
    aws.later(lambda: setattr(aws.world().snapshots[SNAPSHOT], "state", "error"))
    of_kind(refused(source, action), ErrorKind.CONFLICT, "failed", "was not deleted")
    assert aws.world().volumes


def test_without_the_right_to_tag_no_snapshot_is_taken(aws: EmulatedAws) -> None:
    aws.world().add_volume(EmulatedVolume("vol-1", REGION))
    aws.deny("ec2:CreateTags")
    source = acting(aws)
    action = approved(source, ActionKind.DELETE_VOLUME, "vol-1")
    of_kind(refused(source, action), ErrorKind.DENIED, "ec2:CreateTags")
    assert not aws.world().snapshots


def test_gp2_becomes_gp3_as_fast_as_it_was_and_while_in_use(aws: EmulatedAws) -> None:
    aws.seconds_to_change = 30
    volume = aws.world().add_volume(
        EmulatedVolume(
            *("vol-1", REGION),
            volume_type="gp2",
            size_gib=2000,
            iops=6000,
            attached_to=["i-1"],
        )
    )
    source = acting(aws)
    action = approved(source, ActionKind.CHANGE_VOLUME_TYPE, "vol-1", "gp3")
    assert "ec2:ModifyVolume" in source.dry_run(action)
    outcome = run(source, action)
    assert (volume.volume_type, volume.iops, volume.throughput_mib) == (
        *("gp3", 6000),
        250,
    )
    assert outcome.undo
    assert outcome.undo.target == "gp2"
    error = refused(source, replace(outcome.undo, key="ci-2"))
    of_kind(error, ErrorKind.CONFLICT, "at least 6 hours")
    aws.wait(6 * 3600)
    run(source, replace(outcome.undo, key="ci-2"))
    assert volume.volume_type == "gp2"


def test_a_change_of_type_that_failed_once_is_tried_again(aws: EmulatedAws) -> None:
    volume = aws.world().add_volume(EmulatedVolume("vol-1", REGION, volume_type="gp2"))
    began = aws.now - timedelta(days=3)
    volume.modification = Modification("gp3", "gp2", began, state="failed")
    source = acting(aws)
    run(source, approved(source, ActionKind.CHANGE_VOLUME_TYPE, "vol-1", "gp3"))
    assert volume.volume_type == "gp3"


# Buckets


def test_a_bucket_gets_one_rule_of_ours_beside_its_own(aws: EmulatedAws) -> None:
    own = {"ID": "old logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}}
    bucket = aws.world().add_bucket(EmulatedBucket("logs", REGION, lifecycle=[own]))
    source = acting(aws)
    action = approved(source, ActionKind.SET_STORAGE_CLASS, "logs", "StandardIAStorage")
    assert "S3 has no dry run" in source.dry_run(action)
    outcome = run(source, action)
    run(source, action, is_repeated=True)
    assert [rule["ID"] for rule in bucket.lifecycle] == [
        "old logs",
        "cloudintel-storage-class",
    ]
    assert bucket.lifecycle[1]["Transitions"] == [
        {"Days": 30, "StorageClass": "STANDARD_IA"}
    ]
    assert outcome.seen
    assert outcome.seen.type == "StandardIAStorage"
    assert outcome.undo
    assert outcome.undo.target == "StandardStorage"
    run(source, replace(outcome.undo, key="ci-2"))
    assert [rule["ID"] for rule in bucket.lifecycle] == ["old logs"]


def test_the_only_rule_is_deleted_with_the_lifecycle(aws: EmulatedAws) -> None:
    bucket = aws.world().add_bucket(EmulatedBucket("logs", REGION))
    source = acting(aws)
    action = approved(source, ActionKind.SET_STORAGE_CLASS, "logs", "StandardIAStorage")
    undo = run(source, action).undo
    assert undo
    run(source, replace(undo, key="ci-2"))
    assert not bucket.lifecycle
    del aws.world().buckets["logs"]
    of_kind(refused(source, action), ErrorKind.CHANGED, "gone")


def test_which_small_objects_a_bucket_moves_stays_as_it_was(aws: EmulatedAws) -> None:
    own = {"ID": "old logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}}
    bucket = aws.world().add_bucket(EmulatedBucket("logs", REGION, lifecycle=[own]))
    bucket.least_size_moved = "varies_by_storage_class"
    source = acting(aws)
    run(
        source,
        approved(source, ActionKind.SET_STORAGE_CLASS, "logs", "StandardIAStorage"),
    )
    assert bucket.least_size_moved == "varies_by_storage_class"


def test_a_bucket_that_another_account_has_by_now_is_left_alone(
    aws: EmulatedAws,
) -> None:
    bucket = aws.world().add_bucket(EmulatedBucket("logs", REGION))
    source = acting(aws)
    action = approved(source, ActionKind.SET_STORAGE_CLASS, "logs", "StandardIAStorage")
    bucket.owner_id = "999999999999"
    of_kind(refused(source, action), ErrorKind.DENIED, "s3:GetBucketTagging")
    assert not bucket.lifecycle
