"""Backfills over the API: the price before the start, who may, and what is refused."""

import csv
import io

import pytest

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import Window
from syncs.backfills.planning import close_part
from syncs.models import Backfill, BackfillWindow, SyncRun
from syncs.testing import LONG, backfiller, proposed, read_account
from users.testing import ask, csv_of, refused, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "sent_runs")]
ALL = "/api/v1/backfills/"
WANTED = {"account": "production", "dataset": "cost", "start": str(LONG.start)}


def test_a_proposal_tells_its_price_and_starts_nothing(sent_runs: list[int]) -> None:
    read_account()
    answer = backfiller().post(ALL, WANTED | {"end": str(LONG.end)})
    assert answer.status_code == 201
    found = answer.json()
    assert (found["status"], found["estimated_usd"]) == ("proposed", "0.09")
    assert (found["account"], found["created_by"]) == ("000000000001", "operator")
    assert [window["end"] for window in found["windows"]] == [
        "2026-11-20",
        "2026-10-21",
        "2026-09-21",
    ]
    assert sent_runs == []


def test_without_an_end_it_reaches_up_to_today() -> None:
    read_account()
    found = backfiller().post(ALL, WANTED).json()
    assert (found["start"], found["end"]) == (str(LONG.start), str(TODAY))


def test_it_is_started_paused_resumed_and_cancelled(sent_runs: list[int]) -> None:
    key, client = proposed().pk, backfiller()

    def move(name: str) -> tuple[int, str]:
        answer = client.post(f"{ALL}{key}/{name}/")
        return answer.status_code, answer.json().get("status")

    assert move("start") == (200, "running")
    assert len(sent_runs) == 2, "as many as may be at work at once"
    assert move("pause") == (200, "paused")
    assert move("start") == (200, "running")
    assert move("cancel") == (200, "cancelled")
    assert len(sent_runs) == 2


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("proposed", "pause"),
        ("running", "start"),
        ("paused", "pause"),
        ("cancelled", "start"),
        ("succeeded", "cancel"),
        ("failed", "start"),
    ],
)
def test_what_it_cannot_do_as_it_stands_is_409_with_the_reason(
    status: str, name: str
) -> None:
    backfill = proposed()
    Backfill.objects.update(status=status)
    answer = backfiller().post(f"{ALL}{backfill.pk}/{name}/")
    assert answer.status_code == 409
    assert answer.json()["detail"].endswith(f": it is {status}.")


@pytest.mark.parametrize("path", ["", "{key}/start/", "{key}/pause/", "{key}/cancel/"])
def test_without_the_permission_nothing_is_written(path: str) -> None:
    key = proposed().pk
    answer = viewer().post(ALL + path.format(key=key), WANTED)
    assert answer.status_code == 403
    assert "syncs.start_backfill" in answer.json()["detail"]
    assert [one.status for one in Backfill.objects.all()] == ["proposed"]


def test_everybody_may_look() -> None:
    key = proposed().pk
    found = ask(f"backfills/{key}/")
    assert (found["windows_total"], found["windows_read"]) == (3, 0)
    assert found["windows"][0] == {
        "start": "2026-10-21",
        "end": "2026-11-20",
        "status": "waiting",
        "attempts": 0,
        "due_at": "2026-11-20T12:00:00Z",
        "error": "",
    }


def test_it_tells_how_far_it_is_and_what_failed() -> None:
    backfill = proposed()
    done, failed, _ = backfill.windows.order_by("-start")
    backfill.windows.filter(pk=done.pk).update(status="succeeded")
    backfill.windows.filter(pk=failed.pk).update(status="failed", error="Denied.")
    (found,) = ask("backfills/")["results"]
    counts = ["windows_total", "windows_read", "windows_active", "windows_failed"]
    assert [found[name] for name in counts] == [3, 1, 0, 1]
    assert "windows" not in found
    assert ask(f"backfills/{backfill.pk}/")["windows"][1]["error"] == "Denied."


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        ({"account": "nobody"}, "account", "There is no account nobody."),
        ({"account": "twice"}, "account", "2 accounts are named twice: use "),
        ({"account": "unread"}, "account", "known only after a first sync"),
        ({"account": "member"}, "account", "on the bill of production"),
        ({"dataset": "instances"}, "dataset", "Choose one of: cost, cpu, usage."),
        ({"start": "2020-01-01"}, "start", "must lie within"),
        ({"start": "2026-11-20"}, "start", "must be before end"),
        ({"end": "2026-11-21"}, "start", "must lie within"),
        ({"start": "soon"}, "start", "wrong format"),
        ({"budget": "1"}, "budget", "Unknown field."),
    ],
)
def test_what_cannot_be_read_is_400_and_names_the_field(
    given: dict[str, str], field: str, reason: str
) -> None:
    payer = read_account()
    payer.is_payer = True
    payer.save()
    CloudAccount.objects.create(account_id=f"{2:012}", name="member", payer=payer)
    for number, name in ((3, "twice"), (4, "twice"), (5, "unread")):
        account(number, name)
    answer = backfiller().post(ALL, WANTED | given)
    assert answer.status_code == 400
    (named,) = answer.json()["errors"].items()
    assert named[0] == field
    assert reason in named[1][0]
    assert not Backfill.objects.exists()


@pytest.mark.usefixtures("queue_away")
def test_while_the_queue_is_away_it_is_503_and_goes_on_later() -> None:
    backfill = proposed()
    answer = backfiller().post(f"{ALL}{backfill.pk}/start/")
    assert answer.status_code == 503
    assert "CELERY_BROKER_URL" in answer.json()["detail"]
    assert Backfill.objects.get().status == "running"
    assert not SyncRun.objects.exclude(backfill_window=None).exists()
    part = BackfillWindow.objects.filter(status="active")[0]
    close_part(part, NOW)
    part.refresh_from_db()
    assert part.status == "waiting"
    assert "CELERY_BROKER_URL" in part.error


def store_three() -> None:
    one, other = read_account(), read_account(2, "staging")
    proposed(one)
    proposed(other)
    proposed(other, Window(LONG.start, LONG.end))
    Backfill.objects.filter(account=one).update(status="failed", dataset="cpu")


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({}, 3),
        ({"account": f"{2:012}"}, 2),
        ({"dataset": "cpu"}, 1),
        ({"status": "proposed"}, 2),
        ({"status": "failed,running"}, 1),
    ],
)
def test_a_filter(parameters: dict[str, str], count: int) -> None:
    store_three()
    assert ask("backfills/", **parameters)["count"] == count


@pytest.mark.parametrize(
    ("field", "value"), [("status", "done"), ("dataset", "s3"), ("colour", "blue")]
)
def test_a_parameter_that_it_does_not_know_is_named(field: str, value: str) -> None:
    assert list(refused("backfills/", **{field: value})) == [field]


def test_a_parameter_on_a_write_is_refused() -> None:
    key = proposed().pk
    for path in (f"{ALL}?x=1", f"{ALL}{key}/start/?x=1"):
        answer = backfiller().post(path, WANTED)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["x"])
    assert Backfill.objects.get().status == "proposed"


def test_nothing_is_changed_or_deleted_otherwise() -> None:
    key, client = proposed().pk, backfiller()
    for method in (client.put, client.patch, client.delete):
        assert method(f"{ALL}{key}/", {}).status_code == 405
    assert client.get(f"{ALL}{key}/start/").status_code == 405


def test_a_file_of_them() -> None:
    store_three()
    rows = list(csv.DictReader(io.StringIO(csv_of("backfills/"))))
    assert [row["estimated_usd"] for row in rows] == ["0.09"] * 3
    assert rows[0]["windows_total"] == "3"
