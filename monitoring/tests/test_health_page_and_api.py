"""Health as people and programs read it, limited by rights."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clouds.models import CloudAccount
from clouds.testing import aws_account, see_only
from monitoring.health.history import histories
from monitoring.health.recording import check_health
from monitoring.models import HealthPeriod
from syncs.models import Worker
from syncs.runs.freshness import State, freshness
from syncs.runs.processes import own_mark
from users.testing import person, viewer

pytestmark = pytest.mark.django_db
HEALTH = "/api/v1/monitoring/health/"
HISTORY = f"{HEALTH}history/"


def history(
    account: CloudAccount | None = None, days_ago: int = 1, down: int = 10
) -> HealthPeriod:
    """A day of 1,000 checks."""
    day = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return HealthPeriod.objects.create(
        component=f"account-{account.pk}" if account else "broker",
        account=account,
        grain="day",
        starts_at=day - timedelta(days=days_ago),
        state="down" if down else "ok",
        checks=1000,
        degraded=0,
        down=down,
        response_ms=2,
        max_response_ms=9,
        message="gone",
        checked_at=day,
    )


def components(client: Client, **asked: Any) -> dict[str, Any]:
    answer = client.get(HEALTH, asked)
    assert answer.status_code == 200, answer.content
    return {one["component"]: one for one in answer.json()["results"]}


def test_uptime_is_of_the_checks_of_the_days_asked_for() -> None:
    history(days_ago=1, down=10)
    history(days_ago=2, down=0)
    history(days_ago=120, down=1000)
    # An hour of yesterday is part of its day already.
    HealthPeriod.objects.create(
        component="broker",
        grain="hour",
        starts_at=history(aws_account()).starts_at + timedelta(hours=5),
        state="ok",
        checks=60,
        degraded=0,
        down=0,
        response_ms=2,
        max_response_ms=9,
        checked_at=timezone.now(),
    )
    one = components(viewer())["broker"]
    assert (one["uptime_percent"], one["checks"], one["down"]) == (99.5, 2000, 10)
    (of_all,) = histories(HealthPeriod.objects.all(), {}, {}, ["broker"])
    assert of_all.checks == 3000
    # Nobody checked it lately.
    assert (one["state"], one["checked_at"]) == (None, None)
    since = timezone.now().date() - timedelta(days=1)
    assert components(viewer(), start=since)["broker"]["uptime_percent"] == 99
    assert components(viewer(), component="database") == {}


def test_what_was_checked_now_is_in_it() -> None:
    aws_account()
    check_health(timezone.now().replace(minute=0))
    check_health(timezone.now())
    found = components(viewer())
    assert found["database"]["state"] == "ok"
    assert found["workers"]["state"] == "down"
    assert found["workers"]["message"].startswith("No worker has sent a heartbeat.")
    assert found["disk"]["uptime_percent"] in (0, 100)


def test_who_is_limited_meets_no_other_account(client: Client) -> None:
    mine, other = aws_account(), aws_account("210987654321", name="other")
    for account in (mine, other, None):
        history(account)
    user = person("viewer")
    see_only(user, mine)
    client.force_login(user)
    names = {"broker", f"account-{mine.pk}"}
    found = components(client)
    assert set(found) == names
    assert found[f"account-{mine.pk}"]["account"] == mine.account_id
    rows = client.get(HISTORY).json()["results"]
    assert {row["component"] for row in rows} == names
    page = client.get("/monitoring/health/").content.decode()
    assert mine.name in page
    assert other.account_id not in page


def test_who_is_limited_learns_of_no_other_account_s_freshness(client: Client) -> None:
    mine, _ = aws_account(), aws_account("210987654321", name="other")
    check_health(timezone.now())
    everything = viewer().get(HEALTH, {"component": "freshness"}).json()["results"]
    user = person("operator")
    see_only(user, mine)
    client.force_login(user)
    own = Counter(one.state for one in freshness([mine], timezone.now()))
    page = client.get("/monitoring/health/").content.decode()
    text = ", ".join(f"{own[one]:,} {one.word}" for one in State if own[one])
    assert f"Of all datasets: {text}." in page
    assert everything[0]["message"] not in page
    assert client.get(HISTORY, {"component": "freshness"}).json()["results"] == []


def test_history_is_filtered_and_a_file() -> None:
    history(down=0)
    row = history(days_ago=2)
    found = viewer().get(HISTORY, {"state": "down", "grain": "day"}).json()["results"]
    assert [(one["id"], one["message"]) for one in found] == [(row.pk, "gone")]
    lines = b"".join(viewer().get(HISTORY, {"format": "csv"})).decode().splitlines()
    assert lines[0].startswith("id,component,account,grain,starts_at,state,checks,")
    assert len(lines) == 3
    named = b"".join(viewer().get(HEALTH, {"format": "csv"})).decode().splitlines()
    assert named[1].startswith("broker,Queue,,")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"grain": "week"}, "grain"),
        ({"start": "soon"}, "start: Use a time such as"),
        ({"since": "2026-01-01"}, "Unknown parameter"),
        ({"start": "2026-02-01", "end": "2026-01-01"}, "must be before"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked: dict[str, str], told: str) -> None:
    answer = viewer().get(HISTORY, asked)
    assert answer.status_code == 400
    assert told in answer.json()["detail"]


def test_the_page_says_what_is_not_ok_and_draws_each_day(
    client: Client, django_assert_num_queries: Any
) -> None:
    Worker.objects.create(name="one", held_by=own_mark(), heartbeat_at=timezone.now())
    for number in range(12):
        history(aws_account(f"{number:012}", name=f"a{number}"))
    client.force_login(person("viewer"))
    client.get("/monitoring/health/")
    # of the frame four; a trial, workers, what is kept, whether anything was ever
    # checked; days of components; accounts: how many, which, their days, what is kept;
    # the limit
    with django_assert_num_queries(14):
        page = client.get("/monitoring/health/").content.decode()
    assert "Nothing has been checked for 3 minutes." in page
    assert "down in 10 of 1,000 checks" in page
    assert page.count("99.00%") == 12
    # Of 90 days the one before today.
    assert page.count('<rect class="down" x="88.1"') == 12


def test_while_a_new_installation_starts_the_page_does_not_say_that_all_is_ok(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("monitoring.health.checks.installed_at", timezone.now)
    page = viewer().get("/monitoring/health/").content.decode()
    assert ">Starting</span>" in page
    assert "All ok" not in page
