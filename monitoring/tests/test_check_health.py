"""Checks are kept by minute and thinned to hours and days, however often they run."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from pytest_django import Settings

from clouds.testing import aws_account
from core.testing.clock import NOW
from core.testing.postgres import free_port
from monitoring.health import recording
from monitoring.health.components import (
    COMPONENTS,
    Component,
    Degraded,
    Down,
    NotMeasured,
    register,
)
from monitoring.health.recording import check_health, find_accounts
from monitoring.models import HealthPeriod
from syncs.models import SyncRun

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def only_ours(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Components of this test alone."""
    kept = dict(COMPONENTS)
    COMPONENTS.clear()
    yield
    COMPONENTS.clear()
    COMPONENTS.update(kept)


def answering(*answers: str | Exception) -> Callable[[datetime], str]:
    """A check that finds these, one after the other, and then the last again."""
    left = list(answers)

    def check(now: datetime) -> str:
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, Exception):
            raise found
        return found

    return check


def periods(grain: str, component: str = "vault") -> list[tuple[Any, ...]]:
    rows = HealthPeriod.objects.filter(grain=grain, component=component)
    values = ("starts_at", "state", "checks", "degraded", "down", "message")
    return list(rows.order_by("starts_at").values_list(*values))


@pytest.mark.on_each_database
def test_minutes_add_up_to_their_hour_and_day() -> None:
    answers = ("fine", Degraded("slow"), Down("gone"), "fine")
    register(Component("vault", "Vault", answering(*answers)))
    start = NOW.replace(hour=9, minute=58)
    for minute in range(4):
        check_health(start + minute * MINUTE)
    hour, midnight = NOW.replace(hour=9, minute=0), NOW.replace(hour=0, minute=0)
    assert [row[1] for row in periods("minute")] == ["ok", "degraded", "down", "ok"]
    assert periods("hour") == [
        (hour, "degraded", 2, 1, 0, "slow"),
        (hour + timedelta(hours=1), "down", 2, 0, 1, "gone"),
    ]
    assert periods("day") == [(midnight, "down", 4, 1, 1, "gone")]


@pytest.mark.on_each_database
def test_twice_in_a_minute_counts_once_and_the_later_is_kept() -> None:
    register(Component("vault", "Vault", answering(Down("gone"), "fine")))
    for seconds in (3, 40):
        check_health(NOW.replace(second=seconds))
    assert [row[1:5] for row in periods("minute")] == [("ok", 1, 0, 0)]
    assert [row[1:5] for row in periods("day")] == [("ok", 1, 0, 0)]


def test_what_breaks_is_down_and_the_others_are_checked() -> None:
    register(Component("broken", "Broken", answering(ZeroDivisionError("secret"))))
    register(Component("away", "Away", answering(OSError("10.0.0.1 refused"))))
    register(Component("unknown", "Unknown", answering(NotMeasured())))
    register(Component("vault", "Vault", answering("fine")))
    check_health(NOW)
    found = dict(
        HealthPeriod.objects.filter(grain="minute").values_list("component", "message")
    )
    assert found == {
        "broken": "The check failed (ZeroDivisionError). See the log of a worker.",
        "away": "It does not answer (OSError).",
        "vault": "fine",
    }


def test_accounts_are_kept_each_quarter_of_an_hour_by_their_worst_dataset() -> None:
    failing, fresh = aws_account(), aws_account("210987654321", name="fine")
    for account, status in ((failing, "failed"), (fresh, "succeeded")):
        SyncRun.objects.create(
            account=account,
            dataset="cost",
            status=status,
            error="AccessDenied",
            started_at=NOW,
            heartbeat_at=NOW,
            finished_at=NOW,
        )
    for minute in (0, 1, 15):
        check_health(NOW.replace(minute=minute))
    found = HealthPeriod.objects.filter(grain="hour", account=failing).get()
    assert (found.component, found.state) == (f"account-{failing.pk}", "down")
    assert (found.checks, found.down) == (2, 2)
    assert "AccessDenied" in found.message
    # Of the other one, all but its costs was never read.
    assert HealthPeriod.objects.get(grain="hour", account=fresh).state == "degraded"


def test_what_all_accounts_took_is_shared_between_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in ("123456789012", "210987654321"):
        aws_account(number, name=number)
    ticks = iter([10.0, 10.5])
    monkeypatch.setattr(recording, "perf_counter", lambda: next(ticks))
    assert [one.response_ms for one in find_accounts(NOW)] == [250.0, 250.0]


def test_a_removed_account_takes_its_history_with_it() -> None:
    account = aws_account()
    check_health(NOW.replace(minute=0))
    assert HealthPeriod.objects.filter(account=account).count() == 3
    account.delete()
    assert not HealthPeriod.objects.exists()


def found_of(name: str, checks: dict[str, Component]) -> tuple[str, str]:
    register(checks[name])
    check_health(NOW)
    row = HealthPeriod.objects.get(grain="minute", component=name)
    return row.state, row.message


@pytest.fixture
def checks() -> dict[str, Component]:
    from monitoring.health import checks

    return {one.name: one for one in checks.OF_INSTALLATION}


@pytest.mark.parametrize(
    ("minutes", "state"), [(2, "ok"), (4, "down"), (60 * 24, "down")]
)
def test_beat_is_down_where_it_has_sent_nothing(
    checks: dict[str, Component], minutes: int, state: str
) -> None:
    each = IntervalSchedule.objects.create(every=60, period="seconds")
    for name, ago in (("schedule-tick", minutes), ("of somebody else", 1)):
        PeriodicTask.objects.create(
            name=name, interval=each, last_run_at=NOW - ago * MINUTE
        )
    assert found_of("beat", checks)[0] == state


def test_a_live_process_that_does_not_answer_is_down(
    checks: dict[str, Component], settings: Settings
) -> None:
    settings.LIVE_PORT = free_port()
    settings.LIVE_URL = f"http://127.0.0.1:{settings.LIVE_PORT}"
    state, message = found_of("live", checks)
    assert state == "down"
    assert "does not answer (" in message
    assert "Connection refused" in message


def test_the_proxy_of_the_environment_is_not_asked_for_the_live_process(
    checks: dict[str, Component],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    settings.LIVE_PORT = free_port()
    settings.LIVE_URL = f"http://127.0.0.1:{settings.LIVE_PORT}"
    assert "Connection refused" in found_of("live", checks)[1]


def test_a_cache_that_others_check_at_the_same_time_is_ok(
    checks: dict[str, Component], monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = cache.set

    def store_and_check_again(key: str, value: object, seconds: int) -> None:
        stores(key, value, seconds)
        if value == NOW.isoformat():
            checks["cache"].check(NOW + MINUTE)

    monkeypatch.setattr("monitoring.health.checks.cache.set", store_and_check_again)
    assert found_of("cache", checks) == ("ok", "")


@pytest.mark.parametrize(
    ("used", "state"), [(89, "ok"), (90, "degraded"), (97, "down")]
)
def test_a_disk_is_degraded_before_it_is_down(
    checks: dict[str, Component],
    used: int,
    state: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usage = type(shutil.disk_usage("/"))(100, used, 100 - used)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage)
    assert found_of("disk", checks)[0] == state
