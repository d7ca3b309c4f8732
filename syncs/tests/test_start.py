"""What start_syncs refuses, and how often it checks."""

from datetime import timedelta

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import InvalidWindow, Window
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs import claims
from syncs.runs.start import BrokerUnavailable, Started, start_syncs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sent_runs")]
WINDOW = Window(TODAY - timedelta(days=9), TODAY)


def start(*accounts: CloudAccount) -> Started:
    trigger = SyncRun.Trigger.API
    return start_syncs(accounts, [Dataset.COST], NOW, trigger=trigger, window=WINDOW)


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The accounts that were checked; the window of "short" is refused."""
    names: list[str] = []

    def check(one: CloudAccount, *_: object) -> None:
        names.append(one.name)
        if one.name == "short":
            raise InvalidWindow("start must be later.")

    monkeypatch.setattr(claims, "check_request", check)
    return names


def test_each_slot_is_checked_once(checked: list[str]) -> None:
    start(account(1, "one"), account(2, "two"))
    assert checked == ["one", "two"]


def test_an_account_without_the_window_does_not_stop_the_others(
    checked: list[str],
) -> None:
    started = start(account(1, "short"), account(2, "long"))
    assert [run.account.name for run in started.runs] == ["long"]
    assert started.sentences() == [
        "Started: Cost of long (000000000002).",
        "Not started: Cost of short (000000000001): start must be later.",
    ]


def test_where_no_account_has_the_window_it_is_raised(checked: list[str]) -> None:
    with pytest.raises(InvalidWindow, match="start must be later"):
        start(account(1, "short"))


def test_who_watches_is_told_that_a_run_was_queued_and_that_it_is_gone(
    queue_away: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    owner = account()
    with (
        django_capture_on_commit_callbacks() as answer,
        pytest.raises(BrokerUnavailable),
    ):
        start(owner)
    assert len(answer) == 2
