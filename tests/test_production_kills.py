"""Killed at thirty random moments: the next ordinary run leaves what was to be."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, machine
from core.testing.forks import finish, fork
from core.testing.processes import shared_database
from syncs.datasets import Dataset
from syncs.models import SyncRun, Watermark
from syncs.testing import OF_AWS
from tests.kill_at_random import kill_at_random
from tests.stored_rows import stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]
KILLS = 30


def test_after_thirty_kills_one_ordinary_run_leaves_the_rows_of_an_undisturbed_one(
    aws: EmulatedAws, tmp_path: Path, real_now: datetime, settings: Settings
) -> None:
    # Whose process is gone is known at once, however long a silence is allowed.
    settings.RUN_ABANDONED_AFTER_SECONDS = 600
    aws.now = real_now
    today = real_now.date()
    world = aws.world()
    for number in range(60):
        region = ("eu-west-1", "us-east-1")[number % 2]
        world.add_instance(machine(f"i-{number:02}", region, cpu_percent=number / 7))
    for days in (1, 2, 3):
        world.add_costs(
            [
                charge(
                    today - timedelta(days=days), f"{number}.25", f"service {number}"
                )
                for number in range(20)
            ]
        )
    aws_account(regions=["eu-west-1", "us-east-1"])
    with shared_database(tmp_path) as url:
        for _ in range(2):  # the second looks back further than the first
            finish(url, "sync")
    undisturbed = stored()
    assert undisturbed["cpu"] and undisturbed["costs"]
    SyncRun.objects.all().delete()
    Watermark.objects.all().delete()

    seed = random.randrange(10**6)
    print(f"seed {seed}")
    with shared_database(tmp_path) as url:
        killing = fork(url, lambda: kill_at_random(KILLS, seed))
        assert killing.wait() == 0, killing.log()
        assert json.loads(killing.output())["killed"] == KILLS
        finish(url, "sync")
    assert stored() == undisturbed
    assert not SyncRun.objects.active().exists()
    interrupted = SyncRun.objects.filter(status="abandoned")
    assert interrupted.count() > KILLS / 4
    assert all("Its process was ended" in run.error for run in interrupted)
    read_until = Watermark.objects.values_list("dataset", "read_until")
    with_days = {*OF_AWS} - {Dataset.PRICES}
    assert dict(read_until) == dict.fromkeys(with_days, today)
