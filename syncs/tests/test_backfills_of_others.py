"""Backfills under their first names, and those that a worker outside of here does."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from clouds.testing import account, see_only
from core.testing.clock import NOW
from syncs.backfills.planning import advance_backfills
from syncs.models import Backfill, SyncRun
from syncs.testing import LONG, backfiller, proposed, read_account
from users.models import AuditEntry
from users.testing import viewer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "sent_runs")]
AT = "/api/v1/monitoring/backfill"


@pytest.fixture
def ada() -> APIClient:
    return backfiller()


def start(ada: APIClient, **more: Any) -> Any:
    asked = {"account": "production", "dataset": "cost", "start": str(LONG.start)}
    asked |= {"end": str(LONG.end)} | more
    return ada.post(f"{AT}/start/", asked, format="json")


def tell(ada: APIClient, backfill: int, version: int, day: object, status: str) -> Any:
    shown = {"backfill": backfill, "version": version, "start": day, "status": status}
    return ada.post(f"{AT}/progress/", shown, format="json")


def test_one_is_started_at_once_and_its_first_windows_are_queued(
    ada: APIClient, sent_runs: list[int]
) -> None:
    read_account()
    answer = start(ada)
    assert answer.status_code == 201
    assert answer.json()["status"] == "running"
    assert SyncRun.objects.filter(status="queued").count() == len(sent_runs) > 0
    one = ada.get(f"{AT}/{answer.json()['id']}/").json()
    assert one["windows_active"] == len(sent_runs)
    overview = ada.get(f"{AT}/status/").json()
    assert overview["by_status"]["running"] == 1
    assert [row["id"] for row in overview["open"]] == [one["id"]]


def test_an_outside_worker_reports_each_window_and_the_last_one_ends_it(
    ada: APIClient, sent_runs: list[int]
) -> None:
    read_account()
    one = start(ada, is_outside=True).json()
    advance_backfills(NOW)
    assert sent_runs == []
    for window in one["windows"]:
        for status in ("active", "succeeded"):
            answer = tell(ada, one["id"], one["version"], window["start"], status)
            assert answer.status_code == 200, answer.content
            one = answer.json()
        advance_backfills(NOW)
    assert (one["status"], one["windows_read"]) == ("succeeded", len(one["windows"]))
    assert {window["attempts"] for window in one["windows"]} == {1}
    shown = AuditEntry.objects.filter(action="backfill.progress")
    assert shown.count() == 2 * len(one["windows"])


def test_a_window_that_failed_fails_it_with_its_reason(ada: APIClient) -> None:
    read_account()
    one = start(ada, is_outside=True).json()
    for window in one["windows"]:
        shown = {
            "backfill": one["id"],
            "version": one["version"],
            "error": "No rights.",
        }
        shown |= {"start": window["start"], "status": "failed"}
        one = ada.post(f"{AT}/progress/", shown, format="json").json()
    assert one["status"] == "failed"
    assert {window["error"] for window in one["windows"]} == {"No rights."}


def test_who_reports_on_an_old_version_is_told_the_new_one(ada: APIClient) -> None:
    read_account()
    one = start(ada, is_outside=True).json()
    days = [window["start"] for window in one["windows"]]
    assert tell(ada, one["id"], one["version"], days[0], "active").status_code == 200
    late = tell(ada, one["id"], one["version"], days[1], "active")
    assert late.status_code == 409
    assert f"is at version {one['version'] + 1}, not" in late.json()["detail"]
    again = tell(ada, one["id"], one["version"] + 1, days[1], "active")
    assert again.status_code == 200


def test_our_own_backfills_take_no_reports(ada: APIClient) -> None:
    row = proposed()
    answer = tell(ada, row.pk, 0, row.start, "active")
    assert answer.status_code == 409
    assert "own workers" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"start": "2020-01-01"}, 400, "start"),
        ({"status": "waiting"}, 400, "status"),
        ({"version": -1}, 400, "version"),
        ({"rows": 3}, 400, "rows"),
        ({"backfill": 1}, 404, None),
    ],
)
def test_a_report_that_is_none_is_refused(
    ada: APIClient, change: dict[str, Any], status: int, field: str | None
) -> None:
    read_account()
    one = start(ada, is_outside=True).json()
    shown = {"backfill": one["id"], "version": one["version"]}
    shown |= {"start": one["windows"][0]["start"], "status": "active"} | change
    answer = ada.post(f"{AT}/progress/", shown, format="json")
    assert answer.status_code == status
    if field:
        assert field in answer.json()["errors"]


def test_one_that_is_paused_or_ended_takes_no_report(ada: APIClient) -> None:
    read_account()
    one = start(ada, is_outside=True).json()
    Backfill.objects.update(status="paused")
    answer = tell(ada, one["id"], one["version"], one["windows"][0]["start"], "active")
    assert (answer.status_code, "it is paused" in answer.json()["detail"]) == (
        409,
        True,
    )


def test_who_may_only_look_starts_and_reports_nothing() -> None:
    row = proposed()
    looker = viewer()
    assert looker.get(f"{AT}/{row.pk}/").status_code == 200
    assert looker.get(f"{AT}/status/").json()["by_status"]["proposed"] == 1
    for answer in (start(looker), tell(looker, row.pk, 0, row.start, "active")):
        assert answer.status_code == 403


def test_backfills_of_hidden_accounts_do_not_exist(ada: APIClient) -> None:
    row = proposed()
    see_only(User.objects.get(username="operator"), account(2, "other"))
    assert ada.get(f"{AT}/{row.pk}/").status_code == 404
    assert ada.get(f"{AT}/status/").json()["open"] == []
    assert tell(ada, row.pk, 0, row.start, "active").status_code == 404
