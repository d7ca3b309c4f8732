"""A list of regions that is empty, or of which none can be read, is no empty cloud."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import machine
from inventory.models import Instance, StateChange
from inventory.sync import sync_ec2
from metrics.models import CpuMetric
from metrics.sync import sync_cpu
from syncs.datasets import Dataset
from syncs.runs.watermarks import read_until
from syncs.testing import outcome

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def mine(aws: EmulatedAws, now: datetime, settings: Settings) -> CloudAccount:
    """An account of two regions, an instance in each, whose inventory was read."""
    settings.AWS_MAX_ATTEMPTS = 1
    world = aws.world()
    world.regions = ["eu-west-1", "us-east-1"]
    for region in world.regions:
        world.add_instance(machine(f"i-{region}", region))
    owner = aws_account()
    assert outcome(sync_ec2(owner, now)) == ("succeeded", "")
    return owner


def stored() -> list[tuple[object, ...]]:
    """All that says which instances there are."""
    return [
        *Instance.objects.order_by("resource_id").values_list(
            "resource_id", "state", "gone_since", "last_seen_at"
        ),
        *StateChange.objects.order_by("id").values_list("new_value"),
    ]


def test_an_empty_list_of_regions_fails_and_marks_no_instance_terminated(
    aws: EmulatedAws, mine: CloudAccount, now: datetime
) -> None:
    before = stored()
    aws.world().regions = []
    status, error = outcome(sync_ec2(mine, now + HOUR))
    assert status == "failed"
    assert "empty list" in error
    assert mine.account_id in error
    assert stored() == before


def test_where_every_region_fails_no_instance_of_others_is_marked_terminated(
    aws: EmulatedAws, mine: CloudAccount, now: datetime
) -> None:
    before = stored()
    mine.settings["regions"] = ["eu-west-1"]
    mine.save()
    aws.take_down("eu-west-1")
    status, error = outcome(sync_ec2(mine, now + HOUR))
    assert status == "failed"
    assert "eu-west-1" in error
    assert stored() == before


def test_metrics_of_an_empty_list_of_regions_fail_and_move_no_watermark(
    aws: EmulatedAws, mine: CloudAccount, now: datetime
) -> None:
    aws.world().regions = []
    status, error = outcome(sync_cpu(mine, now + HOUR))
    assert status == "failed"
    assert "empty list" in error
    assert not CpuMetric.objects.exists()
    assert read_until(mine, Dataset.CPU) == {}
