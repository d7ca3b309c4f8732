"""Retention in the API and on its page: a dry run first, for who may, of everything."""

from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from archives.models import RetentionRun
from archives.tasks import run_retention
from archives.tests.months import store_old_months
from clouds.testing import account, see_only
from core.db.exclusive import AlreadyRunning
from costs.models import DailyCost
from users.roles import assign_role
from users.testing import session_of, viewer

pytestmark = pytest.mark.django_db
AT = "/api/v1/monitoring/retention/"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int]]]:
    tasks: list[tuple[str, list[int]]] = []

    def send(name: str, args: list[int], **options: Any) -> None:
        tasks.append((name, args))

    monkeypatch.setattr(current_app, "send_task", send)
    return tasks


@pytest.fixture
def ada() -> APIClient:
    user = User.objects.create_user("ada")
    assign_role(user, "administrator")
    return session_of(user)


def test_it_says_how_long_each_table_is_kept_and_what_is_due(ada: APIClient) -> None:
    store_old_months(account())
    found = {row["table"]: row for row in ada.get(AT).json()}
    assert found["cost"] == {
        "table": "cost",
        "days": 730,
        "least_days": 486,
        "archived": True,
        "file_days": None,
        "oldest": "2024-03-30",
        "due_rows": 8,
    }
    assert (found["runs"]["oldest"], found["runs"]["file_days"]) == (None, 730)
    periods = {name: (row["days"], row["least_days"]) for name, row in found.items()}
    assert all(days >= least for days, least in periods.values())
    measured = dict.fromkeys(["cpu", "memory", "network", "usage"], (730, 121))
    told = {"runs": (180, 91), "backfills": (180, 30), "notices": (180, 91)}
    assert {**measured, **told, "tag": (730, 486)}.items() <= periods.items()
    assert {"feedback": (730, 91), "audit": (400, 91)}.items() <= periods.items()


def test_a_run_is_dry_unless_it_is_said(
    ada: APIClient, sent: list[Any], tmp_path: Any, settings: Any
) -> None:
    settings.ARCHIVE_PLACE = str(tmp_path)
    store_old_months(account())
    dry = ada.post(f"{AT}run/")
    assert (dry.status_code, dry.json()["dry_run"], dry.json()["run"]) == (
        *(200, True),
        None,
    )
    assert {"table": "cost", "month": "2024-03-01", "rows": 4} in dry.json()["due"]
    assert sent == []
    asked = ada.post(f"{AT}run/", {"dry_run": False}, format="json")
    assert (asked.status_code, asked.json()["run"]["status"]) == (202, "queued")
    assert ada.post(f"{AT}run/", {"dry_run": False}, format="json").status_code == 409
    ((name, keys),) = sent
    assert name == run_retention.name
    for _ in range(2):  # a second delivery does nothing
        run_retention(*keys)
    assert not DailyCost.objects.exists()
    (row,) = ada.get(f"{AT}runs/").json()["results"]
    assert (row["status"], row["asked_by"], row["rows"]) == ("succeeded", "ada", 28)
    files = ada.get("/api/v1/monitoring/archives/?table=cost").json()["results"]
    assert [one["month"] for one in files] == ["2024-04-01", "2024-03-01"]


def test_a_run_that_meets_another_says_so_and_is_not_queued_for_ever(
    ada: APIClient, sent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(name: str) -> None:
        raise AlreadyRunning

    ada.post(f"{AT}run/", {"dry_run": False}, format="json")
    ((_, keys),) = sent
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("archives.tasks.exclusive", taken)
        run_retention(*keys)
    (row,) = ada.get(f"{AT}runs/").json()["results"]
    assert row["status"] == "failed"
    assert row["error"].startswith("Another run, prune or restore_archive was at work.")
    again = ada.post(f"{AT}run/", {"dry_run": False}, format="json")
    assert again.status_code == 202


def test_a_queue_that_is_away_leaves_nothing_queued(
    ada: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **options: Any) -> None:
        raise OSError("Connection refused")

    monkeypatch.setattr(current_app, "send_task", away)
    answer = ada.post(f"{AT}run/", {"dry_run": False}, format="json")
    assert answer.status_code == 503
    assert "manage.py prune" in answer.json()["detail"]
    assert not RetentionRun.objects.exists()


@pytest.mark.parametrize("wrong", [{"dry_run": "perhaps"}, {"days": 3}])
def test_what_it_does_not_know_is_refused(
    ada: APIClient, wrong: dict[str, Any]
) -> None:
    assert ada.post(f"{AT}run/", wrong, format="json").status_code == 400
    assert ada.get(f"{AT}?days=3").status_code == 400


def test_who_may_only_look_runs_nothing(sent: list[Any]) -> None:
    looker = viewer()
    assert looker.get(AT).status_code == 200
    for wanted in ({}, {"dry_run": False}):
        assert looker.post(f"{AT}run/", wanted, format="json").status_code == 403
    assert sent == []


def test_who_sees_some_accounts_learns_nothing_of_it(ada: APIClient) -> None:
    RetentionRun.objects.create(asked_at="2026-11-20T02:00Z", asked_by="scheduler")
    admin = [
        reverse(f"admin:archives_{name}_changelist")
        for name in ("archive", "retentionrun", "backup")
    ]
    assert {ada.get(address).status_code for address in admin} == {200}
    see_only(User.objects.get(username="ada"), account())
    assert {ada.get(address).status_code for address in admin} == {403}
    assert ada.get(AT).status_code == 403
    assert ada.post(f"{AT}run/").status_code == 403
    assert ada.get(f"{AT}runs/").status_code == 403
    assert ada.get("/retention/").status_code == 403
    assert ada.post("/retention/run/").status_code == 403


def test_a_period_that_can_t_be_is_said_wherever_it_is_asked(
    client: Client, ada: APIClient, settings: Any
) -> None:
    settings.RETENTION_DAYS = {"cost": "9"}
    client.force_login(User.objects.get(username="ada"))
    text = client.get("/retention/").content.decode()
    assert "Daily costs can&#x27;t be kept for 9 days" in text
    for answer in (ada.get(AT), ada.post(f"{AT}run/")):
        assert answer.status_code == 409
        assert "can't be kept for 9 days" in answer.json()["detail"]


def test_the_page_shows_what_is_due_and_has_it_archived(
    client: Client, ada: APIClient, sent: list[Any]
) -> None:
    store_old_months(account())
    RetentionRun.objects.create(
        asked_at="2026-11-20T02:00Z", status="succeeded", size_bytes=9_105_991
    )
    client.force_login(User.objects.get(username="ada"))
    text = client.get("/retention/").content.decode()
    for figure in ("730", "486", "8.7 MiB"):
        assert f'<td class="number">{figure}</td>' in text
    assert "Daily costs of 2024-03: 4 rows" in text
    assert "Archive these months now" in text
    answer = client.post("/retention/run/", follow=True).content.decode()
    assert "Retention was queued" in answer
    assert len(sent) == 1
    again = client.post("/retention/run/", follow=True).content.decode()
    assert "queued or running" in again
