"""Parts of a backfill and an ordinary sync over the same days, side by side."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge
from core.testing.forks import command, fork
from core.testing.processes import shared_database
from core.testing.task_queue import waiting
from core.windows import last_complete_days
from costs import tasks
from costs.sync import sync_cost
from costs.testing import rows_miss_totals
from syncs.backfills.planning import advance_backfills, propose
from syncs.backfills.transitions import transition
from syncs.datasets import Dataset
from syncs.models import SyncRun
from tests.stored_rows import stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.on_each_database]
DAYS = 30


def test_whoever_stores_first_the_rows_are_right_and_not_double(
    aws: EmulatedAws, tmp_path: Path, settings: Settings, real_now: datetime
) -> None:
    settings.COST_FIRST_SYNC_DAYS, settings.BACKFILL_WINDOW_DAYS = DAYS, 15
    aws.now = real_now
    for days in range(1, DAYS + 1):
        aws.world().add_costs(
            [
                charge(
                    real_now.date() - timedelta(days=days), f"{number}.5", f"s{number}"
                )
                for number in range(20)
            ]
        )
    mine = aws_account()
    for _ in range(2):  # the second looks back further than the first
        assert sync_cost(mine, real_now).status == "succeeded"
    expected = stored()
    waiting()
    backfill = propose(mine, Dataset.COST, last_complete_days(DAYS, real_now), real_now)
    transition(backfill, "start", real_now)
    advance_backfills(datetime.now(UTC))
    parts = [partial(tasks.sync_cost, run_id) for _, (run_id,) in waiting()]
    assert len(parts) == 2
    with shared_database(tmp_path) as url:
        processes = [command(url, "sync_cost"), *(fork(url, part) for part in parts)]
        for process in processes:
            assert process.wait() == 0, process.log()
    assert stored() == expected
    assert rows_miss_totals() == []
    assert set(SyncRun.objects.values_list("status", flat=True)) == {"succeeded"}
    advance_backfills(datetime.now(UTC))
    backfill.refresh_from_db()
    assert backfill.status == "succeeded"
