"""What came since the backup is read by the next sync, from where its reads ended."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from archives.tests.months import run
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import USED, charge, june
from core.testing.disposable_database import disposable_database
from core.testing.postgres import find_programs
from costs.models import DailyCost
from costs.sync import sync_cost
from costs.testing import billed, rows_miss_totals

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_next_sync_reads_what_came_since_and_what_was_restated(
    aws: EmulatedAws, now: datetime, tmp_path: Path, settings: Any
) -> None:
    settings.STATE_DIR, settings.BACKUP_PLACE = tmp_path, str(tmp_path / "backups")
    settings.POSTGRES_PROGRAMS = str(find_programs())
    world = aws.world()
    with disposable_database(tmp_path):
        mine = aws_account()
        world.add_costs([charge(june(day), "5") for day in (3, 17)])
        sync_cost(mine, now)
        run("backup")
        world.add_costs([charge(june(19), "2")])
        world.restate(june(17), USED, Decimal("7.5"), Decimal("8"))
        sync_cost(mine, now + timedelta(days=1))
        synced = billed()
        assert synced[june(17)] == Decimal("7.5")
        run("restore", "--yes")
        assert billed() == {june(3): Decimal(5), june(17): Decimal(5)}
        for hours in (25, 26):
            sync_cost(mine, now + timedelta(hours=hours))
            assert billed() == synced
            assert not rows_miss_totals()
        assert DailyCost.objects.get(day=june(19)).billed == 2
