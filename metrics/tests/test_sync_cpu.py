"""How hard machines worked: the emulator's own figures, and none where none are."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import DayFigures, EmulatedAws
from core.testing.aws_emulator.builders import june, machine
from core.testing.aws_emulator.load import default_cpu_day
from core.windows import Window
from inventory.sync import sync_ec2
from metrics.models import CpuMetric, NetworkMetric
from metrics.sync import sync_cpu
from metrics.testing import stored_metrics
from syncs.models import Watermark
from syncs.testing import outcome

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS = Window(june(17), june(20))


def synced(now: datetime) -> CloudAccount:
    """An account whose instances were read."""
    mine = aws_account()
    assert outcome(sync_ec2(mine, now)) == ("succeeded", "")
    return mine


def cpu_of(instance_id: str) -> dict[int, float | None]:
    """The average of each day of June."""
    rows = CpuMetric.objects.filter(resource__resource_id=instance_id, day__gte=june(1))
    return {row.day.day: row.average_percent for row in rows.order_by("day")}


def test_figures_equal_those_of_the_cloud(aws: EmulatedAws, now: datetime) -> None:
    one = aws.world().add_instance(machine("i-1"))
    sync_cpu(synced(now), now, window=DAYS)
    for row in CpuMetric.objects.all():
        day_number = (row.day - june(1)).days + 20_605
        figures = default_cpu_day(one, day_number)
        assert row.average_percent == pytest.approx(figures.average, rel=1e-12)
        assert row.maximum_percent == pytest.approx(figures.maximum, rel=1e-12)
        assert row.p99_percent == pytest.approx(figures.p99, rel=1e-12)
        assert row.samples == 288
    assert CpuMetric.objects.count() == 3


def test_bytes_are_whole_numbers_of_the_day(aws: EmulatedAws, now: datetime) -> None:
    aws.world().add_instance(
        machine("i-1", cpu_percent=10.0, network_bytes_per_percent=1000.0)
    )
    sync_cpu(synced(now), now, window=DAYS)
    rows = NetworkMetric.objects.values_list("in_bytes", "out_bytes")
    assert list(rows) == [(2_880_000, 1_440_000)] * 3


def test_a_stopped_instance_has_no_row_while_others_have(
    aws: EmulatedAws, now: datetime
) -> None:
    world = aws.world()
    world.add_instance(machine("i-never", state="stopped"))
    world.add_instance(machine("i-idle", cpu_percent=0.0))
    world.add_instance(
        machine("i-until", state="stopped", stopped_since=now - 2 * DAY, cpu_percent=5)
    )
    sync_cpu(synced(now), now, window=DAYS)
    assert cpu_of("i-never") == {}
    assert cpu_of("i-idle") == {17: 0, 18: 0, 19: 0}
    assert cpu_of("i-until") == {17: 5, 18: 5}
    half_day = CpuMetric.objects.get(resource__resource_id="i-until", day=june(18))
    assert half_day.samples == 9 * 12


def test_late_samples_correct_the_last_days_and_only_those(
    aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.CPU_FIRST_SYNC_DAYS = 5
    world = aws.world()
    one = world.add_instance(machine("i-1"))
    world.cpu_day = lambda instance, day: DayFigures(1.0, 2.0, 2.0)
    mine = synced(now)
    sync_cpu(mine, now)
    world.cpu_day = lambda instance, day: DayFigures(7.0, 8.0, 8.0)
    run = sync_cpu(mine, now + HOUR)
    assert run.window == Window(june(18), june(20))
    assert cpu_of(one.instance_id) == {15: 1, 16: 1, 17: 1, 18: 7, 19: 7}


def test_an_answer_in_parts_is_followed_to_its_end(
    aws: EmulatedAws, now: datetime
) -> None:
    for number in range(3):
        aws.world().add_instance(machine(f"i-{number}"))
    mine = synced(now)
    sync_cpu(mine, now, window=DAYS)
    whole = stored_metrics()
    CpuMetric.objects.all().delete()
    aws.partial_data = True
    aws.page_size["cloudwatch:GetMetricData"] = 7
    aws.clear_calls()
    run = sync_cpu(mine, now + HOUR, window=DAYS)
    assert outcome(run) == ("succeeded", "")
    assert aws.requests["cloudwatch:GetMetricData"] > 3 * 6 * 3 // 7
    assert stored_metrics() == whole


def test_a_statistic_that_is_no_longer_asked_for_stays_stored(
    aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    aws.world().add_instance(machine("i-1", cpu_percent=3.0))
    mine = synced(now)
    sync_cpu(mine, now, window=DAYS)
    settings.AWS_CPU_STATISTICS = ["Average"]
    settings.AWS_NETWORK_METRICS = False
    sync_cpu(mine, now + HOUR, window=DAYS)
    row = CpuMetric.objects.get(day=june(18))
    assert (row.average_percent, row.p99_percent, row.samples) == (3.0, 3.0, 288)
    assert NetworkMetric.objects.count() == 3


def test_a_terminated_instance_is_asked_for_the_days_it_was_there(
    aws: EmulatedAws, now: datetime
) -> None:
    world = aws.world()
    ended = world.add_instance(machine("i-1", cpu_percent=4.0))
    mine = synced(now - DAY)
    ended.state, ended.terminated_at = "terminated", now - 3 * HOUR
    assert outcome(sync_ec2(mine, now))[0] == "succeeded"
    run = sync_cpu(mine, now)
    assert cpu_of("i-1")[19] == 4
    assert run.rows == 90


def test_a_failed_region_keeps_its_figures_and_holds_the_watermark(
    aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.AWS_MAX_ATTEMPTS = 1
    world = aws.world()
    world.add_instance(machine("i-eu", "eu-west-1", cpu_percent=4.0))
    world.add_instance(machine("i-us", "us-east-1", cpu_percent=4.0))
    mine = synced(now)
    sync_cpu(mine, now)
    before = cpu_of("i-eu")
    aws.now = now + 3 * DAY
    assert outcome(sync_ec2(mine, aws.now))[0] == "succeeded"
    aws.take_down("eu-west-1")
    status, error = outcome(sync_cpu(mine, aws.now))
    assert status == "partial"
    assert "eu-west-1 (cloudwatch:ListMetrics)" in error
    assert cpu_of("i-eu") == before
    assert 22 in cpu_of("i-us")
    marks = Watermark.objects.filter(dataset="cpu")
    assert dict(marks.values_list("region", "read_until")) == {
        "eu-west-1": june(20),
        "us-east-1": june(23),
    }

    aws.bring_up("eu-west-1")
    run = sync_cpu(mine, aws.now + HOUR)
    assert run.window == Window(june(20), june(23))
    assert list(cpu_of("i-eu"))[-3:] == [20, 21, 22]
    assert set(marks.values_list("read_until", flat=True)) == {june(23)}
