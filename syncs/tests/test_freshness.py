"""How fresh each dataset is, and the sentence that a person reads."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator.builders import ACCOUNT, OTHER
from syncs.models import SyncRun
from syncs.runs.freshness import Freshness, State, freshness
from syncs.testing import OF_AWS

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def run(mine: CloudAccount, at: datetime, status: str = "succeeded") -> SyncRun:
    """A run of the instances that began and ended then, or is at work since."""
    active = status in SyncRun.ACTIVE
    return SyncRun.objects.create(
        account=mine,
        dataset="instances",
        status=status,
        started_at=at,
        heartbeat_at=at,
        finished_at=None if active else at,
        error="AccessDenied: allow it." if status in ("failed", "partial") else "",
    )


def of_ec2(mine: CloudAccount, now: datetime) -> Freshness:
    return freshness([mine], now)[0]


@pytest.mark.parametrize(
    ("hours", "state"),
    [(0, "ok"), (36, "ok"), (37, "late"), (72, "late"), (73, "stale"), (900, "stale")],
)
def test_it_is_late_after_one_and_a_half_intervals_and_stale_after_three(
    now: datetime, hours: int, state: str
) -> None:
    mine = aws_account()
    run(mine, now - hours * HOUR)
    assert of_ec2(mine, now).state == state


def test_the_interval_is_that_of_the_settings(
    now: datetime, settings: Settings
) -> None:
    settings.SYNC_INTERVAL_MINUTES = 1
    mine = aws_account()
    run(mine, now - timedelta(seconds=100))
    assert of_ec2(mine, now).state == State.LATE


@pytest.mark.parametrize("status", ["failed", "abandoned"])
def test_it_fails_while_the_newest_run_read_nothing(now: datetime, status: str) -> None:
    mine = aws_account()
    run(mine, now - 3 * HOUR)
    run(mine, now - 2 * HOUR, status)
    assert of_ec2(mine, now).state == State.FAILING
    run(mine, now - HOUR)
    assert of_ec2(mine, now).state == State.OK


def test_a_run_at_work_changes_nothing_yet(now: datetime) -> None:
    mine = aws_account()
    run(mine, now, "running")
    assert of_ec2(mine, now).state == State.NEVER
    SyncRun.objects.all().delete()
    run(mine, now - HOUR)
    run(mine, now, "queued")
    assert of_ec2(mine, now).state == State.OK


def test_the_sentence_names_what_since_when_and_why(now: datetime) -> None:
    mine = aws_account()
    name = f"Instances of {ACCOUNT} ({ACCOUNT})"
    assert of_ec2(mine, now).sentence == f"{name} was never synced."
    run(mine, now - 2 * HOUR)
    assert of_ec2(mine, now).sentence == (
        f"{name} is fresh: last read well 2\xa0hours ago."
    )
    assert (
        "is stale: last read well 1\xa0week" in of_ec2(mine, now + 170 * HOUR).sentence
    )
    run(mine, now - HOUR, "failed")
    assert of_ec2(mine, now).sentence == (
        f"{name} can't be read: last read well 2\xa0hours ago. AccessDenied: allow it."
    )


def test_a_partial_run_is_partial_and_names_what_is_missing(now: datetime) -> None:
    mine = aws_account()
    run(mine, now - 3 * HOUR)
    run(mine, now - 2 * HOUR, "partial")
    found = of_ec2(mine, now)
    assert (found.state, found.last_good_at) == (State.PARTIAL, now - 2 * HOUR)
    assert found.sentence == (
        f"Instances of {ACCOUNT} ({ACCOUNT}) was read in part 2\xa0hours ago. "
        "Missing: AccessDenied: allow it."
    )
    run(mine, now - HOUR)
    assert of_ec2(mine, now).state == State.OK


def test_a_partial_run_grows_stale_like_any_other(now: datetime) -> None:
    mine = aws_account()
    run(mine, now - 73 * HOUR, "partial")
    assert of_ec2(mine, now).state == State.STALE


def test_a_failure_after_a_partial_run_is_failing(now: datetime) -> None:
    mine = aws_account()
    run(mine, now - 2 * HOUR, "partial")
    run(mine, now - HOUR, "failed")
    assert of_ec2(mine, now).state == State.FAILING


def test_many_accounts_take_one_query_and_members_have_no_costs(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    payer = aws_account(is_payer=True)
    member = aws_account(OTHER, payer=payer)
    for one in (payer, member):
        run(one, now)
    accounts = list(CloudAccount.objects.all())
    with django_assert_num_queries(1):  # the newest runs, with their last good one
        found = freshness(accounts, now)
    assert [(one.account, one.dataset.value) for one in found] == [
        *((payer, dataset) for dataset in OF_AWS),
        *((member, dataset) for dataset in OF_AWS if dataset != "cost"),
    ]
