"""Settings that make no sense are named at start-up, with an id."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from core.testing.installation import Installed


def ids() -> list[str | None]:
    return [found.id for found in run_checks() if (found.id or "").startswith("syncs.")]


def test_as_it_comes_nothing_is_wrong() -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("AWS_API_DAILY_BUDGET_USD", Decimal(0), "syncs.E001"),
        ("AWS_API_DAILY_BUDGET_USD", Decimal("0.00"), "syncs.E001"),
        ("CELERY_BROKER_URL", "reddis://localhost", "syncs.E002"),
        ("CELERY_BROKER_URL", "localhost:6379", "syncs.E002"),
        ("ALERT_WEBHOOK_URL", "hooks.slack.com/services/1", "syncs.E003"),
        ("SYNC_INTERVAL_MINUTES", 1, "syncs.W001"),
    ],
)
def test_what_makes_no_sense_has_an_id(
    settings: Settings, name: str, value: object, check: str
) -> None:
    setattr(settings, name, value)
    assert ids() == [check]


@pytest.mark.parametrize(
    "url",
    ["redis://:x@host:6379/0", "rediss://host", "amqp://me:x@host//", "filesystem://"],
)
def test_every_broker_that_works_is_allowed(settings: Settings, url: str) -> None:
    settings.CELERY_BROKER_URL = url
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AWS_API_DAILY_BUDGET_USD", "0", "(syncs.E001)"),
        ("AWS_API_DAILY_BUDGET_USD", "-1", "must be an amount such as 1.50"),
        ("AWS_API_DAILY_BUDGET_USD", "much", "must be an amount such as 1.50"),
        ("CELERY_BROKER_URL", "postgres://host", "(syncs.E002)"),
        ("SYNC_INTERVAL_MINUTES", "0", "a whole number of at least 1, not '0'"),
    ],
)
def test_a_command_refuses_to_start_with_it(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    done = Installed(tmp_path).manage("check", **{name: value})
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
