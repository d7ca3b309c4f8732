"""Settings that make no sense are named at start-up, with an id."""

from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from core.commands import CHECKS_OF_SETTINGS
from core.testing.installation import Installed


def ids() -> list[str | None]:
    """Of all that a command which loads no pages checks before it starts."""
    return [found.id for found in run_checks(tags=CHECKS_OF_SETTINGS)]


def test_as_it_comes_nothing_is_wrong() -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("AWS_API_DAILY_BUDGET_USD", Decimal(0), "syncs.E001"),
        ("AWS_API_DAILY_BUDGET_USD", Decimal("0.00"), "syncs.E001"),
        ("SYNC_INTERVAL_MINUTES", 1, "syncs.W001"),
    ],
)
def test_what_makes_no_sense_has_an_id(
    settings: Settings, name: str, value: object, check: str
) -> None:
    setattr(settings, name, value)
    assert ids() == [check]


def test_a_command_refuses_to_start_with_it(tmp_path: Path) -> None:
    done = Installed(tmp_path).manage("sync", AWS_API_DAILY_BUDGET_USD="0")
    assert done.returncode == 1
    assert "(syncs.E001)" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_time_of_day_needs_a_daily_interval(settings: Settings) -> None:
    settings.SYNC_AT, settings.SYNC_INTERVAL_MINUTES = time(2, 0), 60
    assert ids() == ["syncs.E003"]
