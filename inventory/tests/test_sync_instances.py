"""Instances come, change, vanish and come back; a failed region says nothing."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import machine
from core.testing.aws_emulator.ec2 import describe_instances
from core.testing.aws_emulator.server import OPERATIONS
from core.testing.aws_emulator.wire import Answer, Call
from inventory.models import Instance, StateChange
from inventory.sync import sync_ec2
from syncs.testing import outcome

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
HOUR = timedelta(hours=1)


def changes() -> list[tuple[str, str, str, str]]:
    """Every change, the oldest first."""
    return list(
        StateChange.objects.order_by("at", "id").values_list(
            "resource__resource_id", "field", "old_value", "new_value"
        )
    )


def test_a_vanished_instance_is_marked_terminated_until_it_is_seen_again(
    aws: EmulatedAws, now: datetime
) -> None:
    world, mine = aws.world(), aws_account()
    lost = world.add_instance(machine("i-1"))
    world.add_instance(machine("i-2"))
    sync_ec2(mine, now)
    world.remove_instance("i-1")
    run = sync_ec2(mine, now + HOUR)

    gone = Instance.objects.get(resource_id="i-1")
    assert gone.gone_since == now + HOUR
    assert gone.last_seen_at == now
    assert gone.state == "running"
    assert changes()[2:] == [("i-1", "state", "running", "terminated")]
    assert StateChange.objects.latest("at").run == run

    sync_ec2(mine, now + 2 * HOUR)
    assert len(changes()) == 3
    gone.refresh_from_db()
    assert gone.gone_since == now + HOUR

    world.add_instance(lost)
    sync_ec2(mine, now + 3 * HOUR)
    back = Instance.objects.get(resource_id="i-1")
    assert back.gone_since is None
    assert (back.pk, back.first_seen_at) == (gone.pk, now)
    assert changes()[3:] == [("i-1", "state", "terminated", "running")]


def test_a_failed_regions_instances_are_not_touched_and_the_run_says_which(
    aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.AWS_MAX_ATTEMPTS = 1
    world, mine = aws.world(), aws_account()
    world.add_instance(machine("i-eu", "eu-west-1"))
    world.add_instance(machine("i-us", "us-east-1"))
    sync_ec2(mine, now)
    world.remove_instance("i-eu")
    world.remove_instance("i-us")
    aws.take_down("eu-west-1")
    status, error = outcome(sync_ec2(mine, now + HOUR))

    assert status == "partial"
    assert "eu-west-1" in error
    assert "ec2:DescribeInstances" in error
    assert Instance.objects.get(resource_id="i-eu").gone_since is None
    assert Instance.objects.get(resource_id="i-us").gone_since == now + HOUR

    aws.bring_up("eu-west-1")
    assert outcome(sync_ec2(mine, now + 2 * HOUR)) == ("succeeded", "")
    assert Instance.objects.get(resource_id="i-eu").gone_since == now + 2 * HOUR


def test_a_region_that_fails_on_its_second_page_is_not_read_as_what_came_before(
    aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.AWS_MAX_ATTEMPTS = 1
    world, mine = aws.world(), aws_account(regions=["eu-west-1"])
    for number in range(4):
        world.add_instance(machine(f"i-{number}"))
    aws.page_size["ec2:DescribeInstances"] = 2
    sync_ec2(mine, now)
    aws.throttle("ec2:DescribeInstances", every=2)
    run = sync_ec2(mine, now + HOUR)
    assert outcome(run)[0] == "failed"
    assert Instance.objects.present().count() == 4


def test_changes_of_state_and_type_are_recorded(
    aws: EmulatedAws, now: datetime
) -> None:
    world, mine = aws.world(), aws_account()
    web = world.add_instance(machine("i-1", instance_type="t3.micro"))
    sync_ec2(mine, now)
    web.state, web.instance_type = "stopped", "m5.large"
    sync_ec2(mine, now + HOUR)
    sync_ec2(mine, now + 2 * HOUR)
    assert changes() == [
        ("i-1", "state", "", "running"),
        ("i-1", "state", "running", "stopped"),
        ("i-1", "instance_type", "t3.micro", "m5.large"),
    ]
    stored = Instance.objects.get()
    assert (stored.state, stored.vcpus, stored.memory_mib) == ("stopped", 2, 8192)


def test_it_stores_what_ec2_says_of_an_instance(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.world().add_instance(
        machine(
            "i-1",
            name=None,
            tags={"team": "shop"},
            platform="windows",
            lifecycle="spot",
            public_ip="198.51.100.7",
        )
    )
    sync_ec2(aws_account(), now)
    stored = Instance.objects.get()
    assert (stored.name, stored.tags) == ("", {"team": "shop"})
    assert (stored.platform, stored.lifecycle) == ("windows", "spot")
    assert stored.public_ip == "198.51.100.7"
    assert (stored.vcpus, stored.memory_gib) == (2, 1)


def test_sizes_that_could_not_be_read_this_time_stay_stored(
    aws: EmulatedAws, now: datetime
) -> None:
    world, mine = aws.world(), aws_account()
    same = world.add_instance(machine("i-1", instance_type="t3.micro"))
    resized = world.add_instance(machine("i-2", instance_type="t3.micro"))
    sync_ec2(mine, now)
    resized.instance_type = "m5.large"
    aws.deny("ec2:DescribeInstanceTypes")
    status, error = outcome(sync_ec2(mine, now + HOUR))
    assert status == "succeeded"
    assert "ec2:DescribeInstanceTypes" in error
    assert Instance.objects.get(resource_id=same.instance_id).vcpus == 2
    assert Instance.objects.get(resource_id=resized.instance_id).vcpus is None


def test_a_type_that_a_terminated_instance_no_longer_has_stays_stored(
    aws: EmulatedAws, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_types(aws: EmulatedAws, call: Call) -> Answer:
        answer = describe_instances(aws, call)
        assert isinstance(answer, bytes)
        return answer.replace(b"<instanceType>t3.micro</instanceType>", b"")

    world, mine = aws.world(), aws_account()
    ended = world.add_instance(machine("i-1", instance_type="t3.micro"))
    sync_ec2(mine, now)
    ended.state, ended.terminated_at = "terminated", now
    monkeypatch.setitem(OPERATIONS, "ec2:DescribeInstances", without_types)
    sync_ec2(mine, now + HOUR)
    assert Instance.objects.get().instance_type == "t3.micro"
    assert Instance.objects.get().vcpus == 2
    assert changes()[1:] == [("i-1", "state", "running", "terminated")]


def test_a_terminated_instance_that_leaves_the_answer_was_terminated_once(
    aws: EmulatedAws, now: datetime
) -> None:
    world, mine = aws.world(), aws_account()
    ended = world.add_instance(machine("i-1"))
    sync_ec2(mine, now)
    ended.state, ended.terminated_at = "terminated", now
    sync_ec2(mine, now + HOUR)
    world.remove_instance("i-1")
    sync_ec2(mine, now + 2 * HOUR)
    assert Instance.objects.get().gone_since == now + 2 * HOUR
    assert changes()[1:] == [("i-1", "state", "running", "terminated")]


def test_an_instance_that_two_pages_name_is_stored_once(
    aws: EmulatedAws, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(aws: EmulatedAws, call: Call) -> Answer:
        answer = describe_instances(aws, call)
        assert isinstance(answer, bytes)
        start = answer.find(b"<item><reservationId>")
        end = answer.find(b"</reservationSet>")
        return answer[:end] + answer[start:end] + answer[end:]

    monkeypatch.setitem(OPERATIONS, "ec2:DescribeInstances", twice)
    aws.world().add_instance(machine("i-1"))
    assert outcome(sync_ec2(aws_account(), now)) == ("succeeded", "")
    assert Instance.objects.count() == 1


def test_what_an_instance_is_billed_for_and_how_often_it_is_measured_is_stored(
    aws: EmulatedAws, now: datetime
) -> None:
    world, mine = aws.world(), aws_account()
    plain = world.add_instance(machine("i-1"))
    world.add_instance(
        machine(
            "i-2",
            platform_details="Windows with SQL Server Web",
            tenancy="dedicated",
            monitoring="enabled",
        )
    )
    sync_ec2(mine, now)

    def stored() -> list[tuple[str, str, str]]:
        rows = Instance.objects.order_by("resource_id")
        return [(one.operating_system, one.tenancy, one.monitoring) for one in rows]

    assert stored() == [
        ("Linux", "Shared", "basic"),
        ("Windows with SQL Server Web", "Dedicated", "detailed"),
    ]
    plain.tenancy, plain.monitoring = "host", "pending"
    sync_ec2(mine, now + HOUR)
    assert stored()[0] == ("Linux", "Host", "detailed")


def test_what_is_paid_while_an_instance_is_stopped_is_stored(
    aws: EmulatedAws, now: datetime
) -> None:
    world, mine = aws.world(), aws_account()
    world.add_instance(machine("i-1"))
    world.add_instance(machine("i-2", tenancy="host"))
    world.add_instance(machine("i-3", capacity_reservation="cr-0123456789abcdef0"))
    sync_ec2(mine, now)
    paid = Instance.objects.order_by("resource_id").values_list(
        "paid_anyway", flat=True
    )
    assert list(paid) == ["", "dedicated host", "capacity reservation"]


def test_a_type_that_ec2_does_not_describe_takes_no_sizes_from_others(
    aws: EmulatedAws, now: datetime
) -> None:
    kinds = ("m5.large", "c5.xlarge", "x99i.7xlarge")
    for number, kind in enumerate(kinds):
        aws.world().add_instance(machine(f"i-{number}", instance_type=kind))
    assert outcome(sync_ec2(aws_account(), now)) == ("succeeded", "")
    sizes = Instance.objects.order_by("resource_id").values_list("vcpus", "memory_mib")
    assert list(sizes) == [(2, 8192), (4, 8192), (None, None)]


def test_what_was_not_read_before_is_no_change(aws: EmulatedAws, now: datetime) -> None:
    mine = aws_account()
    aws.world().add_instance(machine("i-1"))
    sync_ec2(mine, now)
    Instance.objects.update(monitoring="")
    sync_ec2(mine, now + HOUR)
    assert changes() == [("i-1", "state", "", "running")]
