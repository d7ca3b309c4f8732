"""An hour is an hour, however often a machine's CPU is sampled."""

from datetime import datetime, timedelta

import pytest

from clouds.testing import aws_account
from core.testing.aws_emulator import DayFigures, EmulatedAws
from core.testing.aws_emulator.builders import june, machine
from core.windows import Window
from inventory.models import Instance
from inventory.sync import sync_ec2
from metrics.models import CpuMetric
from metrics.sync import sync_cpu

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
DAYS = Window(june(16), june(20))
EIGHT_HOURS = {"i-basic": 8 * 12, "i-detailed": 8 * 60}


def samples(instance_id: str) -> list[int | None]:
    rows = CpuMetric.objects.filter(
        resource__resource_id=instance_id, day__in=DAYS.days()
    )
    return list(rows.order_by("day").values_list("samples", flat=True))


def test_both_ran_as_long(aws: EmulatedAws, now: datetime) -> None:
    world, mine = aws.world(), aws_account()
    world.add_instance(machine("i-basic"))
    world.add_instance(machine("i-detailed", monitoring="enabled"))
    world.cpu_day = lambda one, day: DayFigures(
        30.0, 60.0, 55.0, samples=EIGHT_HOURS[one.instance_id]
    )
    sync_ec2(mine, now)
    for _ in range(2):
        sync_cpu(mine, now, window=DAYS)
        assert samples("i-basic") == samples("i-detailed") == [96, 96, 96, 96]


def test_a_short_day_in_detail_is_not_a_longer_one(
    aws: EmulatedAws, now: datetime
) -> None:
    world, mine = aws.world(), aws_account()
    world.add_instance(machine("i-detailed", monitoring="enabled"))
    world.cpu_day = lambda one, day: DayFigures(30.0, 60.0, 55.0, samples=3 * 60)
    sync_ec2(mine, now)
    sync_cpu(mine, now, window=DAYS)
    assert samples("i-detailed") == [36, 36, 36, 36]


def test_days_before_a_change_of_monitoring_keep_their_hours(
    aws: EmulatedAws, now: datetime
) -> None:
    """Detailed from the 18th on: three hours a day had 36 samples, and then 180."""
    world, mine = aws.world(), aws_account()
    one = world.add_instance(machine("i-changed"))
    world.cpu_day = lambda _, day: DayFigures(
        30.0, 60.0, 55.0, samples=36 if day < june(18) else 180
    )
    changed_at = now - timedelta(days=2)
    assert changed_at.date() == june(18)
    sync_ec2(mine, changed_at - timedelta(days=1))
    one.monitoring = "enabled"
    sync_ec2(mine, changed_at)
    sync_cpu(mine, now, window=DAYS)
    assert samples("i-changed") == [36, 36, 36, 36]


def test_more_samples_than_basic_monitoring_takes_are_detailed(
    aws: EmulatedAws, now: datetime
) -> None:
    """Also of an instance that was stored before its monitoring was read."""
    world, mine = aws.world(), aws_account()
    world.add_instance(machine("i-unknown", monitoring="enabled"))
    world.cpu_day = lambda one, day: DayFigures(30.0, 60.0, 55.0, samples=480)
    sync_ec2(mine, now)
    Instance.objects.update(monitoring="")
    sync_cpu(mine, now, window=DAYS)
    assert samples("i-unknown") == [96, 96, 96, 96]
