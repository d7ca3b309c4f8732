"""Regions that are not read any more, and those that are read again."""

from datetime import datetime

import pytest

from clouds.models import CloudAccount
from core.testing.aws_emulator import EmulatedAws, EmulatedInstance
from inventory.models import Instance, StateChange
from inventory.sync import sync_ec2
from metrics.sync import sync_cpu

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(aws: EmulatedAws) -> CloudAccount:
    world = aws.world("123456789012")
    world.regions = ["eu-west-1", "us-east-1"]
    for number, region in enumerate(world.regions):
        world.add_instance(
            EmulatedInstance(
                instance_id=f"i-{number}",
                region=region,
                instance_type="t3.micro",
                launched_at=datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
            )
        )
    return CloudAccount.objects.create(account_id="123456789012", name="main")


def test_a_region_that_was_disabled_has_no_machines_and_is_not_asked(
    aws: EmulatedAws, account: CloudAccount, now: datetime
) -> None:
    sync_ec2(account, now)
    aws.world(account.account_id).regions = ["us-east-1"]
    assert sync_ec2(account, now).status == "succeeded"
    gone = Instance.objects.get(gone_since__isnull=False)
    assert (gone.region, gone.gone_since) == ("eu-west-1", now)
    assert gone.changes.filter(new_value=StateChange.TERMINATED).count() == 1
    run = sync_cpu(account, now)
    assert (run.status, run.error) == ("succeeded", "")


def test_a_region_left_out_of_the_accounts_regions_is_the_same(
    aws: EmulatedAws, account: CloudAccount, now: datetime
) -> None:
    sync_ec2(account, now)
    account.settings["regions"] = ["eu-west-1"]
    account.save()
    sync_ec2(account, now)
    assert Instance.objects.present().get().region == "eu-west-1"


def test_a_region_that_failed_keeps_its_machines(
    aws: EmulatedAws, account: CloudAccount, now: datetime
) -> None:
    sync_ec2(account, now)
    aws.take_down("eu-west-1")
    assert sync_ec2(account, now).status == "partial"
    assert Instance.objects.present().count() == 2
