"""Regions that are not read any more, and those that are read again."""

from datetime import datetime, timedelta

import pytest

from clouds.models import CloudAccount
from core.testing.aws_emulator import EmulatedAws, EmulatedInstance
from core.windows import Window
from inventory.models import Instance, StateChange
from inventory.sync import sync_ec2
from metrics.models import CpuMetric
from metrics.sync import sync_cpu
from syncs.datasets import Dataset
from syncs.runs.watermarks import read_until

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


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


def test_the_watermark_of_regions_that_were_read_moves_beside_a_denied_one(
    aws: EmulatedAws, account: CloudAccount, now: datetime
) -> None:
    aws.deny_region("eu-west-1")
    assert sync_ec2(account, now).status == "partial"
    first = sync_cpu(account, now)
    assert (first.status, first.error) == ("succeeded", "")
    assert read_until(account, Dataset.CPU) == {"us-east-1": now.date()}
    aws.now = now + DAY
    assert sync_ec2(account, aws.now).status == "partial"
    run = sync_cpu(account, aws.now)
    assert run.window == Window(now.date() - DAY, aws.now.date())
    assert read_until(account, Dataset.CPU) == {"us-east-1": aws.now.date()}


def test_a_region_that_is_allowed_later_is_read_as_at_first(
    aws: EmulatedAws, account: CloudAccount, now: datetime
) -> None:
    aws.deny_region("eu-west-1")
    sync_ec2(account, now)
    sync_cpu(account, now)
    aws.heal()
    aws.now = now + DAY
    sync_ec2(account, aws.now)
    aws.clear_calls()
    run = sync_cpu(account, aws.now)
    assert run.window is not None
    assert len(run.window) == 90
    days = CpuMetric.objects.order_by("day").values_list("day", flat=True)
    assert days.filter(resource__region="eu-west-1").count() == 90
    # The other one goes on from where it was.
    starts = {
        call.region: call.parameters["StartTime"].date()
        for call in aws.calls
        if call.operation == "GetMetricData"
    }
    assert starts == {"eu-west-1": run.window.start, "us-east-1": now.date() - DAY}
    assert set(read_until(account, Dataset.CPU).values()) == {aws.now.date()}


def test_a_region_that_fails_once_is_read_from_where_it_was(
    aws: EmulatedAws, account: CloudAccount, now: datetime
) -> None:
    sync_ec2(account, now)
    sync_cpu(account, now)
    aws.take_down("eu-west-1")
    aws.now = now + DAY
    sync_ec2(account, aws.now)
    aws.bring_up("eu-west-1")
    sync_cpu(account, aws.now)
    # What was launched there since is not known yet.
    assert read_until(account, Dataset.CPU) == {
        "eu-west-1": now.date(),
        "us-east-1": aws.now.date(),
    }


def test_a_region_that_is_left_out_and_comes_back_is_read_as_at_first(
    aws: EmulatedAws, account: CloudAccount, now: datetime
) -> None:
    sync_ec2(account, now)
    sync_cpu(account, now)
    account.settings["regions"] = ["us-east-1"]
    sync_ec2(account, now + DAY)
    assert list(read_until(account, Dataset.CPU)) == ["us-east-1"]
    account.settings["regions"] = []
    aws.now = now + 2 * DAY
    sync_ec2(account, aws.now)
    run = sync_cpu(account, aws.now)
    assert run.window is not None
    assert len(run.window) == 90
