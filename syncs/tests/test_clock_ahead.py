"""What a clock that was ahead has stored blocks nothing and is never fresh."""

from datetime import datetime, timedelta

import pytest

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.windows import Window, utc_day
from syncs.backfills.planning import advance_backfills
from syncs.datasets import Dataset
from syncs.models import BackfillWindow, SyncRun, Watermark, Worker
from syncs.runs.claims import claim, free_dead
from syncs.runs.freshness import State, freshness
from syncs.runs.watermarks import (
    WHOLE_ACCOUNT,
    due_window,
    move_watermarks,
    read_until,
)
from syncs.scheduler.due import due
from syncs.testing import OF_AWS, outcome, proposed, run

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YEAR = 365 * DAY


@pytest.fixture
def mine() -> CloudAccount:
    return aws_account()


def due_now(now: datetime) -> list[str]:
    found = due(CloudAccount.objects.select_related("payer"), now)
    return [one.dataset.value for one in found]


@pytest.mark.parametrize("status", ["succeeded", "partial", "failed", "abandoned"])
def test_what_was_read_in_the_future_is_due_now(
    mine: CloudAccount, now: datetime, status: str
) -> None:
    for dataset in OF_AWS:
        run(mine, dataset, now + YEAR, status=status)
    assert due_now(now)[0] == "instances"
    assert "cost" in due_now(now)


def test_the_next_run_is_the_newest_though_its_time_is_earlier(
    mine: CloudAccount, now: datetime
) -> None:
    for dataset in OF_AWS:
        run(mine, dataset, now + YEAR)
    afterwards = [one for one in OF_AWS if one.after]
    for dataset in set(Dataset) - {*afterwards}:
        run(mine, dataset, now)
    assert due_now(now + HOUR) == afterwards
    found = {one.dataset: one for one in freshness([mine], now + HOUR)}
    assert found[Dataset.COST].state is State.OK
    assert found[Dataset.CPU].state is State.STALE
    assert "2027-06-20" in found[Dataset.CPU].sentence
    assert "by a clock that was ahead." in found[Dataset.CPU].sentence


def test_clocks_that_differ_by_seconds_are_not_ahead(
    mine: CloudAccount, now: datetime
) -> None:
    run(mine, Dataset.INSTANCES, now + timedelta(seconds=20))
    assert freshness([mine], now)[0].state is State.OK
    assert "instances" not in due_now(now)


@pytest.mark.parametrize("status", ["running", "queued"])
def test_a_run_of_the_future_holds_no_slot(
    mine: CloudAccount, now: datetime, status: str
) -> None:
    at = now + YEAR
    later = run(mine, Dataset.COST, at, status=status, queued_at=at, finished_at=None)
    free_dead(SyncRun.objects.all(), now)
    assert outcome(later)[0] == "abandoned"
    assert claim(mine, Dataset.COST, now).is_active


def test_a_worker_of_the_future_is_not_alive(now: datetime) -> None:
    Worker.objects.create(name="ahead", heartbeat_at=now + HOUR)
    Worker.objects.create(name="here", heartbeat_at=now)
    assert [one.name for one in Worker.objects.alive(now)] == ["here"]


def test_a_watermark_of_the_future_leaves_no_day_out(
    mine: CloudAccount, now: datetime
) -> None:
    today = utc_day(now)
    readable = Window(today - 400 * DAY, today)
    days = {"start": today - 40 * DAY, "end": today - 30 * DAY}
    run(mine, Dataset.COST, now - 30 * DAY, **days)
    later = {"start": today - 30 * DAY, "end": today - 9 * DAY, "status": "failed"}
    run(mine, Dataset.COST, now - 9 * DAY, **later)
    run(mine, Dataset.COST, now + YEAR, start=today, end=today + YEAR)
    mark = Watermark.objects.create(
        account=mine, dataset="cost", read_until=today + YEAR, updated_at=now
    )
    marks = read_until(mine, Dataset.COST, readable.end)
    assert marks == {WHOLE_ACCOUNT: today - 30 * DAY}
    window = due_window(Dataset.COST, marks[WHOLE_ACCOUNT], readable)
    assert window.start <= today - 30 * DAY
    done = run(mine, Dataset.COST, now, start=window.start, end=window.end)
    move_watermarks(done, {WHOLE_ACCOUNT: window}, now, due=True)
    mark.refresh_from_db()
    assert mark.read_until == today


def test_a_part_of_a_backfill_does_not_wait_for_a_pause_of_the_future(
    now: datetime,
) -> None:
    backfill = proposed()
    backfill.status = "running"
    backfill.save()
    at = backfill.created_at
    BackfillWindow.objects.update(due_at=at + HOUR / 4)
    advance_backfills(at)
    assert not SyncRun.objects.filter(backfill_window__isnull=False).exists()
    BackfillWindow.objects.update(due_at=at + YEAR)
    advance_backfills(at)
    assert SyncRun.objects.filter(backfill_window__isnull=False).exists()
