"""Whose insights are due, told by the database alone; and who computes them."""

import os
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.core.management import CommandError, call_command

from clouds.models import CloudAccount
from clouds.testing import account
from clouds.versions import bump_version
from core.testing import task_queue
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from dashboard.management.commands.demo import ask_for_insights
from insights import tasks
from insights.models import Forecast, RefreshState
from insights.refresh import refresh_all as run_module
from insights.refresh.refresh_all import refresh
from insights.refresh.refresh_state import (
    HELD_AT_MOST,
    AlreadyRefreshing,
    Part,
    claimed,
    due,
    is_refreshing,
    refreshing_processes,
)
from insights.testing import budget
from syncs.datasets import Dataset
from syncs.runs.processes import mark_of, own_mark
from syncs.runs.stopping import STOP_SIGNAL
from syncs.testing import run

pytestmark = pytest.mark.django_db
ELSEWHERE = "another-host@1:1"


def names(found: list[CloudAccount | None]) -> list[str]:
    return [one.name if one else "all" for one in found]


def refresh_all() -> None:
    refresh([*CloudAccount.objects.all(), None], NOW)


def test_what_was_never_computed_is_due() -> None:
    account(1, "production")
    account(2, "staging")
    assert names(due(NOW)) == ["production", "staging", "all"]


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """When what is shared was computed, where a turn is of one account."""
    times: list[datetime] = []

    def count(now: datetime) -> int:
        times.append(now)
        return len(times)

    monkeypatch.setattr(run_module, "SHARED_PARTS", {Part.BUDGETS: count})
    monkeypatch.setattr(tasks, "SECONDS_AT_ONCE", 0)
    return times


def test_many_accounts_wait_behind_what_else_is_queued(shared: list[datetime]) -> None:
    task_queue.waiting()  # of other tests
    for number in (1, 2):
        account(number, f"account {number}")
    with time_machine.travel(NOW, tick=False):
        tasks.refresh_due()
        assert (names(due(NOW)), shared) == (["account 2", "all"], [])
        task_queue.work_off()
        assert (due(NOW), shared) == ([], [NOW])


def test_none_waits_for_ever_for_accounts_that_are_always_due_again(
    monkeypatch: pytest.MonkeyPatch, shared: list[datetime]
) -> None:
    busy = account(1, "busy")
    account(2, "quiet")
    monkeypatch.setattr(tasks.refresh_due, "apply_async", lambda **how: None)
    waiting = []
    for minute in range(3):
        bump_version(busy, Dataset.COST)
        now = NOW + timedelta(minutes=minute)
        waiting.append(names(due(now)))
        with time_machine.travel(now, tick=False):
            tasks.refresh_due()
    assert waiting == [
        ["busy", "quiet", "all"],
        ["quiet", "all", "busy"],
        ["all", "busy"],
    ]
    assert shared == [NOW + timedelta(minutes=2)]


def test_what_is_shared_follows_where_a_worker_was_killed_before_it(
    shared: list[datetime],
) -> None:
    account(1, "production")
    of_accounts = [one for one in Part if one not in run_module.SHARED_PARTS]
    refresh([*CloudAccount.objects.all(), None], NOW, parts=of_accounts)
    assert due(NOW) == []
    with time_machine.travel(NOW, tick=False):
        tasks.refresh_due()
        tasks.refresh_due()
    assert shared == [NOW]


def test_what_is_shared_is_computed_by_one_process_at_a_time(
    shared: list[datetime],
) -> None:
    with claimed(None, NOW):
        [outcome] = refresh([], NOW, parts=[Part.BUDGETS])
    assert (outcome.is_taken, shared) == (True, [])


def test_what_is_computed_is_due_again_when_a_sync_stored_something() -> None:
    one, other = account(1, "production"), account(2, "staging")
    refresh_all()
    run(other, Dataset.COST, NOW, status="failed")
    assert due(NOW) == []
    bump_version(other, Dataset.COST)
    assert names(due(NOW)) == ["staging", "all"]
    bump_version(one, Dataset.CPU)
    assert names(due(NOW)) == ["production", "staging", "all"]


def test_another_payer_makes_all_of_it_due() -> None:
    one, other = account(1, "production"), account(2, "staging")
    refresh_all()
    CloudAccount.objects.filter(pk=one.pk).update(is_payer=True)
    CloudAccount.objects.filter(pk=other.pk).update(payer=one)
    assert names(due(NOW)) == ["staging", "all"]


def test_a_members_insights_are_due_after_its_payers_bill() -> None:
    payer, member = account(1, "payer"), account(2, "member")
    CloudAccount.objects.filter(pk=payer.pk).update(is_payer=True)
    CloudAccount.objects.filter(pk=member.pk).update(payer=payer)
    refresh_all()
    bump_version(payer, Dataset.COST)
    assert names(due(NOW)) == ["payer", "member", "all"]


def test_what_failed_is_tried_again_after_an_hour() -> None:
    account()
    refresh_all()
    RefreshState.objects.exclude(account=None).update(error="It failed.")
    assert due(NOW) == []
    assert names(due(NOW + timedelta(hours=1, seconds=1))) == ["production"]


def test_one_process_at_a_time_computes_an_account() -> None:
    owner = account()
    refused = pytest.raises(AlreadyRefreshing, match="another process")
    with claimed(owner, NOW), refused, claimed(owner, NOW):
        pass
    with claimed(owner, NOW) as state:
        assert state.held_by == own_mark()
    assert RefreshState.objects.get().held_by == ""


def test_who_is_held_on_another_host_is_waited_for_but_not_for_ever() -> None:
    owner = account()
    RefreshState.objects.create(account=owner, held_by=ELSEWHERE, held_at=NOW)
    assert is_refreshing(NOW)
    assert refresh([owner], NOW)[0].is_taken
    after = NOW + HELD_AT_MOST + timedelta(seconds=1)
    assert not is_refreshing(after)
    assert not refresh([owner], after)[0].is_taken


def test_the_task_computes_what_is_due_and_nothing_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = account()
    store_costs(owner, last_complete_days(60, NOW), {"EC2": "5"})
    with time_machine.travel(NOW, tick=False):
        tasks.refresh_due()
        made = set(Forecast.objects.values_list("pk", flat=True))
        assert made
        tasks.refresh_due()
    assert set(Forecast.objects.values_list("pk", flat=True)) == made
    assert RefreshState.objects.filter(refreshed_at=NOW).count() == 2


def test_a_worker_that_must_go_is_heard_and_frees_what_it_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account()

    def asked_to_end(*args: Any, **options: Any) -> None:
        assert refreshing_processes([os.getpid()]) == [os.getpid()]
        os.kill(os.getpid(), STOP_SIGNAL)

    monkeypatch.setattr(run_module, "refresh_forecasts", asked_to_end)
    with time_machine.travel(NOW, tick=False):
        tasks.refresh_due()
    assert refreshing_processes([os.getpid()]) == []
    assert due(NOW)


def test_the_task_leaves_it_to_who_is_at_work() -> None:
    account()
    another = mark_of(os.getppid())
    RefreshState.objects.create(account=None, held_by=another, held_at=NOW)
    with time_machine.travel(NOW, tick=False):
        tasks.refresh_due()
    assert not RefreshState.objects.exclude(refreshed_at=None).exists()


def test_the_task_counts_budgets_when_a_month_begins() -> None:
    refresh_all()
    counted = budget(name="quiet")
    with time_machine.travel(NOW, tick=False):
        tasks.refresh_due()
    counted.refresh_from_db()
    assert counted.period == NOW.date().replace(day=1)


def command(*arguments: str) -> str:
    out = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("refresh_insights", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_changed() -> None:
    owner = account()
    store_costs(owner, last_complete_days(60, NOW), {"EC2": "5"})
    lines = command().splitlines()
    assert lines[0].startswith(f"{owner}: 2 forecasts, 0 anomalies")
    assert lines[1].startswith("All accounts: 2 forecasts")
    assert "0 forecasts" in command()


def test_the_command_takes_one_account_and_one_part() -> None:
    owner = account()
    store_costs(owner, last_complete_days(60, NOW), {"EC2": "5"})
    told = command("--account", "production", "--only", "forecasts")
    assert "2 forecasts changed" in told
    assert not Forecast.objects.filter(account=None).exists()
    assert "2 forecasts" in command("--account", "production", "--all")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["--account", "nobody"], 2), ([], 1)],
)
def test_without_an_account_it_says_so(arguments: list[str], status: int) -> None:
    if status == 2:
        account()
    with pytest.raises(CommandError, match="There is no account") as caught:
        command(*arguments)
    assert caught.value.returncode == status


def test_the_command_exits_with_3_while_another_process_is_at_it() -> None:
    owner = account()
    RefreshState.objects.create(account=owner, held_by=ELSEWHERE, held_at=NOW)
    with pytest.raises(CommandError, match="Another process") as caught:
        command("--account", "production")
    assert caught.value.returncode == 3


def test_a_first_start_has_a_worker_compute_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def send(name: str, **options: Any) -> None:
        asked.append(name)
        if len(asked) > 1:
            raise ConnectionRefusedError("connection refused")

    monkeypatch.setattr(current_app, "send_task", send)
    ask_for_insights()
    ask_for_insights()  # without a queue beat asks a minute later
    assert asked == ["insights.tasks.refresh_due"] * 2
