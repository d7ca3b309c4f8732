"""Which days a sync reads: all at first, then what is new or may have changed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, june, machine
from core.windows import InvalidWindow, Window
from costs.sync import sync_cost
from inventory.sync import sync_ec2
from metrics.sync import sync_cpu
from syncs.datasets import Dataset
from syncs.models import SyncRun, Watermark
from syncs.runs.run_context import RunContext

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def mine(aws: EmulatedAws) -> CloudAccount:
    aws.world().add_costs([charge(june(1), "1")])
    aws.world().add_instance(machine("i-1", cpu_percent=1.0))
    return aws_account(regions=["eu-west-1"])


def marked(dataset: Dataset) -> date | None:
    marks = Watermark.objects.filter(dataset=dataset)
    return marks.values_list("read_until", flat=True).first()


def costs_at(mine: CloudAccount, aws: EmulatedAws, at: datetime) -> Window | None:
    """What an ordinary sync then reads."""
    aws.now = at
    run = sync_cost(mine, at)
    assert run.status == "succeeded", run.error
    return run.window


def test_a_first_sync_reads_what_the_cloud_keeps_of_the_first_days(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    assert costs_at(mine, aws, now) == Window(date(2025, 5, 1), june(20))
    sync_ec2(mine, now)
    assert sync_cpu(mine, now).window == Window(now.date() - 90 * DAY, june(20))
    assert marked(Dataset.COST) == marked(Dataset.CPU) == june(20)


def test_a_first_sync_never_asks_for_more_than_is_kept(
    mine: CloudAccount, aws: EmulatedAws, settings: Settings
) -> None:
    settings.COST_FIRST_SYNC_DAYS = 4000
    at = datetime(2026, 6, 1, 0, 0, 1, tzinfo=UTC)
    assert costs_at(mine, aws, at) == Window(date(2025, 5, 1), june(1))


def test_a_later_sync_reads_from_the_watermark_over_the_open_month(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    costs_at(mine, aws, now)
    assert costs_at(mine, aws, now + 3 * DAY) == Window(june(1), june(23))
    assert marked(Dataset.COST) == june(23)


def test_until_the_15th_the_month_before_is_read_again(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    costs_at(mine, aws, now)
    july = datetime(2026, 7, 15, 23, 59, tzinfo=UTC)
    assert costs_at(mine, aws, july) == Window(june(1), july.date())
    # All of it was final by then, but for July.
    after = july + HOUR
    assert costs_at(mine, aws, after) == Window(date(2026, 7, 1), after.date())


def test_a_day_that_stays_estimated_is_read_again_however_old(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.world().final_until = date(2026, 4, 11)
    costs_at(mine, aws, now)
    assert costs_at(mine, aws, now + DAY) == Window(date(2026, 4, 11), june(21))


def test_after_a_long_silence_it_reads_from_the_watermark(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.world().final_until = june(20)
    costs_at(mine, aws, now)
    october = datetime(2026, 10, 20, tzinfo=UTC)
    assert costs_at(mine, aws, october) == Window(june(20), october.date())


def test_a_silence_longer_than_the_cloud_remembers_does_not_stop_the_watermark(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    costs_at(mine, aws, now)
    late = datetime(2027, 12, 20, tzinfo=UTC)
    aws.world().add_costs([charge(date(2027, 12, 1), "1")])
    assert costs_at(mine, aws, late) == Window(date(2026, 11, 1), late.date())
    assert marked(Dataset.COST) == late.date()


def test_an_asked_for_window_moves_the_watermark_only_where_nothing_is_missing(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    costs_at(mine, aws, now)
    aws.now = now + 9 * DAY
    sync_cost(mine, aws.now, window=Window(june(25), june(29)))
    assert marked(Dataset.COST) == june(20)
    sync_cost(mine, aws.now + HOUR, window=Window(june(1), june(5)))
    assert marked(Dataset.COST) == june(20)
    sync_cost(mine, aws.now + 2 * HOUR, window=Window(june(20), june(25)))
    assert marked(Dataset.COST) == june(25)


def test_an_asked_for_window_does_not_stand_for_the_history_before_it(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    sync_cost(mine, now, window=Window(june(10), june(20)))
    assert costs_at(mine, aws, now + HOUR) == Window(date(2025, 5, 1), june(20))
    sync_ec2(mine, now)
    sync_cpu(mine, now, window=Window(june(10), june(20)))
    assert sync_cpu(mine, now + HOUR).window == Window(now.date() - 90 * DAY, june(20))


def test_a_window_outside_of_what_is_kept_is_refused_before_any_request(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    for sync, window in (
        (sync_cost, Window(date(2025, 4, 30), june(1))),
        (sync_cost, Window(june(1), june(21))),
        (sync_cpu, Window(date(2025, 1, 1), june(1))),
        (sync_cpu, Window(june(1), june(21))),
    ):
        with pytest.raises(InvalidWindow, match="must lie within"):
            sync(mine, now, window=window)
    assert not SyncRun.objects.exists()
    assert not aws.requests


def test_machines_launched_after_the_inventory_was_read_hold_the_watermark(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    sync_ec2(mine, now)
    aws.now = now + 5 * DAY
    sync_cpu(mine, aws.now)
    assert marked(Dataset.CPU) == june(20)
    sync_ec2(mine, aws.now)
    run = sync_cpu(mine, aws.now + HOUR)
    assert run.window == Window(june(20), june(25))
    assert marked(Dataset.CPU) == june(25)


def test_machines_found_while_metrics_are_read_hold_the_watermark_too(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    sync_ec2(mine, now)
    aws.now = now + 5 * DAY
    aws.world().add_instance(machine("i-2", launched_at=now + DAY, cpu_percent=2.0))
    found: list[SyncRun] = []

    def find_another(sentence: str) -> None:
        if not found:
            found.append(sync_ec2(mine, aws.now))

    sync_cpu(mine, aws.now, on_progress=find_another)
    assert marked(Dataset.CPU) == june(20)


def test_a_runs_clock_goes_on_from_when_it_was_started(
    mine: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = SyncRun(account=mine, dataset="cost", started_at=NEW_YEAR)
    reading = RunContext(run, print)
    for passed in (0, 90.5):
        now = reading._began + passed
        monkeypatch.setattr("time.monotonic", lambda now=now: now)
        assert reading.now == NEW_YEAR + timedelta(seconds=passed)
