"""Cost Explorer that was enabled lately: what is there is read, the rest later."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, june
from core.windows import Window
from costs.sync import sync_cost
from costs.testing import billed
from syncs.datasets import Dataset
from syncs.models import Watermark
from syncs.runs.freshness import State, freshness
from syncs.testing import outcome

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
HOUR = timedelta(hours=1)
MONTH = Window(june(1), june(20))


@pytest.fixture
def mine(aws: EmulatedAws) -> CloudAccount:
    """An account whose costs before this month are not prepared yet."""
    may = june(1) - timedelta(days=9)
    aws.world().add_costs([charge(may, "3"), charge(june(5), "5")])
    aws.world().costs_since = june(1)
    return aws_account()


def test_the_month_that_is_there_is_read_and_the_run_says_what_is_missing(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    for hours in (0, 1):
        at = now + hours * HOUR
        run = sync_cost(mine, at)
        status, error = outcome(run)
        assert (status, run.window) == ("partial", MONTH)
        assert error.startswith("Costs of 2025-05-01..2026-06-20 (ce:GetCostAndUsage)")
        assert "the months before it within some more: they are read as soon" in error
        # One refused request, and the three that answer.
        assert run.api_cost_usd == Decimal("0.04")
        assert billed() == {june(5): 5}
    assert not Watermark.objects.exists()
    (state,) = (one for one in freshness([mine], at) if one.dataset == Dataset.COST)
    assert state.state == State.PARTIAL
    assert "Missing: Costs of 2025-05-01..2026-06-20" in state.sentence


def test_the_months_before_are_read_once_they_are_there(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    sync_cost(mine, now)
    aws.world().costs_since = None
    run = sync_cost(mine, now + HOUR)
    assert outcome(run) == ("succeeded", "")
    assert len(billed()) == 2
    assert Watermark.objects.get().read_until == june(20)


def test_a_window_that_was_asked_for_is_read_whole_or_not_at_all(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    run = sync_cost(mine, now, window=Window(june(1) - timedelta(days=9), june(20)))
    assert outcome(run)[0] == "failed"
    run = sync_cost(mine, now + HOUR, window=MONTH)
    assert outcome(run) == ("succeeded", "")
    assert sync_cost(mine, now + 2 * HOUR).status == "partial"


def test_cost_explorer_that_was_never_enabled_fails_with_what_to_do(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.world().cost_explorer_enabled = False
    status, error = outcome(sync_cost(mine, now))
    assert status == "failed"
    assert "Enable Cost Explorer in the AWS console" in error
