"""Actions in the emulated AWS: by a role of their own, and refused in the middle."""

from typing import Any

import pytest
from django.utils import timezone

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws, EmulatedDatabase, EmulatedVolume
from core.testing.aws_emulator.builders import ACCOUNT, machine
from core.testing.clock import NOW
from insights.models import Remediation
from insights.remediation.action_kinds import RemediationKind
from insights.remediation.approval import decide
from insights.remediation.proposals import (
    InvalidProposal,
    Proposal,
    proposal_of,
    propose,
)
from insights.remediation.testing import ADA, BOB, log_of, proposed, worked_on
from insights.testing import recommendation
from inventory.models import Database, Resource, Volume
from inventory.sync import sync_databases, sync_ec2, sync_storage
from syncs.models import ApiUsage

pytestmark = pytest.mark.django_db

REGION = "eu-west-1"
ROLE = {"acting_role_arn": f"arn:aws:iam::{ACCOUNT}:role/acting"}


@pytest.fixture
def instance(aws: EmulatedAws) -> Resource:
    aws.world().roles = {"acting": None}
    aws.world().add_instance(machine("i-1", REGION, tags={"team": "shop"}))
    return read(Resource, settings=ROLE)


def read(model: type[Resource], **fields: Any) -> Resource:
    owner = aws_account(**fields)
    syncs = {Volume: sync_storage, Database: sync_databases}
    sync = syncs.get(model, sync_ec2)
    sync(owner, timezone.now())
    return model.objects.get(account=owner)


def approved(resource: Resource, kind: str, **values: Any) -> Remediation:
    row = proposed(resource, kind=RemediationKind(kind), **values)
    assert row.dry_run_error == ""
    decide(row, "approve", row.version, NOW, BOB)
    return row


def test_it_is_done_there_and_taken_back(aws: EmulatedAws, instance: Resource) -> None:
    row = worked_on(approved(instance, "stop_instance"))
    assert (row.status, row.error) == ("succeeded", "")
    assert aws.world().instances["i-1"].state == "stopped"
    assert "ec2:StopInstances" in usage()
    back = worked_on(decide(row, "roll_back", row.version, NOW, BOB))
    decide(back, "approve", back.version, NOW, ADA)
    assert worked_on(back).status == "succeeded"
    assert aws.world().instances["i-1"].state == "running"


def usage() -> set[str]:
    rows = ApiUsage.objects.values_list("service", "operation")
    return {f"{service}:{operation}" for service, operation in rows}


def test_what_changed_since_approval_is_left_as_it_is(
    aws: EmulatedAws, instance: Resource
) -> None:
    row = approved(instance, "stop_instance")
    aws.world().instances["i-1"].tags["env"] = "production"
    assert worked_on(row).status == "failed"
    assert "it changed since it was approved: tags was Name=i-1, team=shop" in row.error
    assert aws.world().instances["i-1"].state == "running"


def test_a_right_that_is_missing_is_reported_by_the_dry_run(
    aws: EmulatedAws, instance: Resource
) -> None:
    aws.deny("ec2:StopInstances")
    kind = RemediationKind.STOP_INSTANCE
    row = propose(
        Proposal(kind=kind, account=instance.account, resource=instance), NOW, ADA
    )
    assert "UnauthorizedOperation" in worked_on(row).dry_run_error


def test_a_deleted_volume_is_created_again_from_its_snapshot(aws: EmulatedAws) -> None:
    aws.world().roles = {"acting": None}
    aws.world().add_volume(EmulatedVolume("vol-1", REGION))
    volume = read(Volume, settings=ROLE)
    row = worked_on(approved(volume, "delete_volume"))
    assert (row.status, row.error) == ("succeeded", "")
    Resource.objects.filter(pk=volume.pk).update(gone_since=NOW)  # as a sync reads it
    with pytest.raises(InvalidProposal, match="roll that action back"):
        proposed(volume, kind=RemediationKind.RESTORE_VOLUME, target="snap-1")
    back = worked_on(decide(row, "roll_back", row.version, NOW, BOB))
    assert back.dry_run_error == ""
    decide(back, "approve", back.version, NOW, ADA)
    assert (worked_on(back).status, back.error) == ("succeeded", "")
    row.refresh_from_db()
    assert row.status == "rolled_back"
    assert len(aws.world().volumes) == 1


def test_a_right_lost_in_the_middle_deletes_nothing_and_names_the_snapshot(
    aws: EmulatedAws,
) -> None:
    aws.world().roles = {"acting": None}
    aws.world().add_volume(EmulatedVolume("vol-1", REGION))
    row = approved(read(Volume, settings=ROLE), "delete_volume")
    aws.deny("ec2:DeleteVolume")
    assert worked_on(row).status == "failed"
    assert "vol-1" in row.error
    assert "vol-1" in aws.world().volumes
    assert any("snapshot" in line.lower() for line in log_of(row)), log_of(row)


def test_an_idle_database_is_stopped_and_its_recommendation_begun(
    aws: EmulatedAws,
) -> None:
    aws.world().roles = {"acting": None}
    aws.world().add_database(EmulatedDatabase("orders", REGION))
    database = read(Database, settings=ROLE)
    advised = recommendation(database.account, database)
    proposal = proposal_of(advised)
    assert proposal is not None
    row = worked_on(propose(proposal, NOW, ADA))
    assert row.dry_run_error == ""
    decide(row, "approve", row.version, NOW, BOB)
    assert (worked_on(row).status, row.error) == ("succeeded", "")
    assert aws.world().databases[REGION, "orders"].state == "stopped"
    advised.refresh_from_db()
    assert advised.status == "in_progress"
    back = worked_on(decide(row, "roll_back", row.version, NOW, BOB))
    decide(back, "approve", back.version, NOW, ADA)
    assert worked_on(back).status == "succeeded"
    assert aws.world().databases[REGION, "orders"].state == "available"
    advised.refresh_from_db()
    assert advised.status == "open"


def test_a_member_of_a_cluster_is_not_stopped_by_itself(aws: EmulatedAws) -> None:
    aws.world().roles = {"acting": None}
    aws.world().add_database(EmulatedDatabase("one", REGION, cluster="shop"))
    database = read(Database, settings=ROLE)
    with pytest.raises(InvalidProposal, match="a member of the cluster shop"):
        proposed(database, kind=RemediationKind.STOP_DATABASE)
    Database.objects.update(cluster="")  # as it was when it was read
    row = proposed(database, kind=RemediationKind.STOP_DATABASE)
    assert "member of the cluster shop" in row.dry_run_error


def test_without_an_acting_role_nothing_is_asked_of_the_cloud(
    aws: EmulatedAws,
) -> None:
    aws.world().add_instance(machine("i-1", REGION))
    instance = read(Resource)
    asked = len(aws.calls)
    kind = RemediationKind.STOP_INSTANCE
    proposal = Proposal(kind=kind, account=instance.account, resource=instance)
    with pytest.raises(InvalidProposal, match="Acting is off"):
        propose(proposal, NOW, ADA)
    assert len(aws.calls) == asked
