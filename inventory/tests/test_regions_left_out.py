"""A region that is left out of the account's regions is not read any more."""

from datetime import datetime, timedelta

import pytest

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import machine
from inventory.models import Instance, StateChange
from inventory.sync import sync_ec2
from syncs.testing import outcome

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
HOUR = timedelta(hours=1)


def test_its_instances_are_marked_terminated_once(
    aws: EmulatedAws, now: datetime
) -> None:
    for region in ("eu-west-1", "us-east-1"):
        aws.world().add_instance(machine(f"i-{region}", region))
    mine = aws_account(regions=["eu-west-1", "us-east-1"])
    sync_ec2(mine, now)
    mine.settings = {"regions": ["eu-west-1"]}
    mine.save()
    for hours in (1, 2):
        assert outcome(sync_ec2(mine, now + hours * HOUR)) == ("succeeded", "")
        left = Instance.objects.get(region="us-east-1")
        assert left.gone_since == now + HOUR
        ends = StateChange.objects.filter(new_value="terminated")
        assert [end.resource_id for end in ends] == [left.pk]
    assert Instance.objects.get(region="eu-west-1").gone_since is None
