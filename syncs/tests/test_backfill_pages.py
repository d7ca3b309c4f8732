"""Backfills on pages: the price first, then the start, then each window."""

import re
from datetime import timedelta

import pytest

from core.templatetags.formats import days
from core.testing.clock import NOW, TODAY
from syncs.models import Backfill, SyncRun
from syncs.testing import LONG, part_run, proposed, read_account, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "sent_runs")]
PROPOSE = "/syncs/backfills/propose/"


def page_of(backfill: Backfill, *permissions: str) -> str:
    answer = signed_in(*permissions).get(backfill.get_absolute_url())
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def fields(**values: object) -> dict[str, object]:
    owner = read_account()
    wanted = {"account": owner.pk, "dataset": "cost", "start": LONG.start}
    return wanted | {"end": TODAY} | values


def test_a_proposal_leads_to_its_price_and_starts_nothing(sent_runs: list[int]) -> None:
    answer = signed_in("start_backfill").post(PROPOSE, fields(), follow=True)
    backfill = Backfill.objects.get()
    assert answer.redirect_chain == [(f"/syncs/backfills/{backfill.pk}/", 302)]
    text = answer.content.decode()
    assert "Estimated cost: $0.0900" in text
    assert "Start (about $0.0900" in text
    assert (backfill.status, sent_runs) == ("proposed", [])
    assert backfill.created_by and backfill.created_by.username == "operator"


def test_it_is_started_paused_resumed_and_cancelled(sent_runs: list[int]) -> None:
    backfill, client = proposed(), signed_in("start_backfill")
    for name, status, offered in (
        ("start", "running", "Pause"),
        ("pause", "paused", "Resume"),
        ("start", "running", "Pause"),
        ("cancel", "cancelled", ""),
    ):
        url = f"/syncs/backfills/{backfill.pk}/{name}/"
        text = client.post(url, follow=True).content.decode()
        assert Backfill.objects.get().status == status
        assert f"was {name}" in text
        assert offered in text
    assert "formaction" not in text
    assert len(sent_runs) == 2


def test_what_it_cannot_do_is_said() -> None:
    backfill, client = proposed(), signed_in("start_backfill")
    answer = client.post(f"/syncs/backfills/{backfill.pk}/pause/", follow=True)
    assert "can&#x27;t be paused: it is proposed." in answer.content.decode()


@pytest.mark.usefixtures("queue_away")
def test_a_queue_that_is_away_is_said() -> None:
    backfill, client = proposed(), signed_in("start_backfill")
    answer = client.post(f"/syncs/backfills/{backfill.pk}/start/", follow=True)
    assert "The queue can&#x27;t be reached" in answer.content.decode()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"start": "2020-01-01"}, "must lie within"),
        ({"start": TODAY}, "must be before end"),
        ({"end": TODAY + timedelta(days=1)}, "must lie within"),
        ({"dataset": "cpu"}, "known only after a first sync"),
        ({"dataset": "instances"}, "instances is not one of the available choices"),
        ({"account": 99}, "not one of the available choices"),
        ({"start": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_read_is_said_once_with_what_was_filled_in(
    given: dict[str, object], reason: str
) -> None:
    answer = signed_in("start_backfill").post(PROPOSE, fields(**given))
    text = answer.content.decode()
    assert text.count(reason) == 1
    assert f'name="end" value="{given.get("end", TODAY)}"' in text
    assert not Backfill.objects.exists()


def test_an_account_that_is_disabled_is_not_offered() -> None:
    wanted = fields()
    owner = SyncRun.objects.get().account
    owner.is_enabled = False
    owner.save()
    text = signed_in("start_backfill").post(PROPOSE, wanted).content.decode()
    assert "not one of the available choices" in text


@pytest.mark.parametrize("page", ["propose/", "1/start/", "1/pause/", "1/cancel/"])
def test_without_the_permission_it_is_refused_and_not_offered(page: str) -> None:
    backfill = proposed()
    assert signed_in().post(f"/syncs/backfills/{page}").status_code == 403
    assert "formaction" not in page_of(backfill)
    assert Backfill.objects.get().status == "proposed"


def test_a_link_that_is_followed_starts_nothing() -> None:
    backfill, client = proposed(), signed_in("start_backfill")
    assert client.get(f"/syncs/backfills/{backfill.pk}/start/").status_code == 405


def test_each_window_tells_its_run_and_why_it_failed() -> None:
    backfill = proposed()
    done, again, _ = backfill.windows.order_by("-start")
    backfill.windows.filter(pk=done.pk).update(status="succeeded", attempts=1)
    backfill.windows.filter(pk=again.pk).update(
        attempts=2, error="Throttled.", due_at=NOW + timedelta(hours=1)
    )
    read = part_run(backfill)
    Backfill.objects.update(status="running")
    text = page_of(backfill)
    assert f'href="/syncs/runs/{read.pk}/">run {read.pk}' in text
    assert "1 of 3 windows read" in text
    newest_first = backfill.windows.order_by("-start")
    assert re.findall(r'<th scope="row" class="when">(.*?)</th>', text) == [
        days(part.window) for part in newest_first
    ]
    assert "(actual: $0.0300 so far)" in text
    assert "Throttled." in text
    assert "next attempt after 2026-11-20 13:00 UTC" in text
    assert "data-active" in text


def test_a_window_at_work_tells_how_far_it_is() -> None:
    backfill = proposed()
    backfill.windows.filter(end=TODAY).update(status="active")
    part_run(backfill, status="running", finished_at=None, progress="page 7")
    assert ": page 7, 0.0 s" in page_of(backfill)


def test_a_run_links_to_the_backfill_that_it_is_part_of() -> None:
    backfill = proposed()
    read = part_run(backfill, held_by="host@7:1", attempt=2)
    text = signed_in().get(read.get_absolute_url()).content.decode()
    assert f'href="{backfill.get_absolute_url()}">backfill {backfill.pk}' in text
    assert "host@7:1" in text


def test_a_run_page_follows_its_run_until_it_ends() -> None:
    read = part_run(proposed(), status="running", finished_at=None)
    client = signed_in()
    assert "data-active" in client.get(read.get_absolute_url()).content.decode()
    SyncRun.objects.update(status="succeeded", finished_at=NOW)
    assert "data-active" not in client.get(read.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("status", "tone"), [("partial", "warn"), ("failed", "bad")])
def test_what_was_not_read_is_less_bad_than_a_failure(status: str, tone: str) -> None:
    read = part_run(proposed(), status=status, error="us-east-1 was not read.")
    text = signed_in().get(read.get_absolute_url()).content.decode()
    assert f'class="note {tone}"' in text


@pytest.mark.parametrize("page", ["99/", "x/", "99/start/"])
def test_what_is_not_there_is_404(page: str) -> None:
    client = signed_in("start_backfill")
    url = f"/syncs/backfills/{page}"
    answer = client.post(url) if page.endswith("start/") else client.get(url)
    assert answer.status_code == 404
