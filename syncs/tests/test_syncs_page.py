"""The syncs page: what reading costs, what is wrong, and what is at work now."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from clouds.demo_clock import set_clock
from clouds.models import CloudAccount
from clouds.registry import CloudKind
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from syncs.datasets import Dataset
from syncs.models import ApiBudgetDay, Incident, SyncRun
from syncs.testing import part_run, proposed, read_account, run, signed_in, used

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "sent_runs")]
PAGE = "/syncs/"


def text_of(url: str, client: Client | None = None, **parameters: str) -> str:
    answer = (client or signed_in()).get(url, parameters)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def at_work(**values: Any) -> SyncRun:
    facts = {
        "status": "running",
        "finished_at": None,
        "progress": "costs of May, page 3",
        "rows": 4321,
    }
    return run(account(), Dataset.COST, NOW, **(facts | values))


def test_it_tells_what_reading_costs_today_and_this_month() -> None:
    owner = account()
    used(owner, TODAY, "ce:GetCostAndUsage", 3, "0.03")
    used(owner, TODAY - timedelta(days=2), "cloudwatch:GetMetricData", 2, "0.0004")
    text = text_of(PAGE)
    assert '<h3>Today</h3><p class="big">$0.0300</p>' in text
    assert '<h3>November 2026</h3><p class="big">$0.0304</p>' in text
    assert "No daily budget is set" in text
    assert "Fri 20 Nov 2026: $0.0300, 3 requests" in text
    assert text.count("<rect") == 2 * 30, "a day without a request has its place"


def test_of_a_company_that_was_moved_back_ages_are_those_of_its_own_present() -> None:
    moved_to = NOW - timedelta(days=7)
    set_clock(moved_to)
    company = CloudAccount.objects.create(
        account_id=f"{7:012}", name="company", provider=CloudKind.DEMO
    )
    run(company, Dataset.INSTANCES, moved_to - timedelta(hours=2))
    run(account(), Dataset.INSTANCES, NOW - timedelta(hours=5))
    text = text_of(PAGE)
    assert text.count("1 h ago") == 1, "of the company"
    assert "oldest synced 4 h ago" in text
    assert "days ago" not in text


@pytest.mark.parametrize(
    ("reserved", "reply"),
    [
        (41_000, "$1.0900 of today&#x27;s $1.5000 budget remains."),
        (150_000, "Today&#x27;s $1.5000 budget is used up: paid requests"),
    ],
)
def test_it_tells_what_is_left_of_the_budget(
    settings: Settings, reserved: int, reply: str
) -> None:
    account()
    settings.AWS_API_DAILY_BUDGET_USD = Decimal("1.5")
    ApiBudgetDay.objects.create(day=TODAY, usd_e5=reserved)
    assert reply.replace("&#x27;", "'") in text_of(PAGE)


def test_requests_that_cost_nothing_are_drawn_by_their_number() -> None:
    used(account(), TODAY, "demo:GetCostAndUsage", 14, "0")
    assert "Requests per day, maximum 14" in text_of(PAGE)


def test_an_open_incident_is_shown_first_and_one_that_is_over_is_not() -> None:
    owner = account()
    for sentence, closed_at in (("Costs can't be read.", None), ("It was.", NOW)):
        Incident.objects.create(
            account=owner,
            dataset="cost",
            sentence=sentence,
            opened_at=NOW - timedelta(hours=3),
            closed_at=closed_at,
        )
    text = text_of(PAGE)
    assert "Costs can&#x27;t be read. <span" in text
    assert "since 2026-11-20 09:00 UTC" in text
    assert "account=000000000001&amp;dataset=cost" in text
    assert "It was." not in text


def test_many_incidents_leave_room_for_the_rest() -> None:
    for number in range(1, 6):
        Incident.objects.create(
            account=account(number, f"account-{number}"),
            dataset="instances",
            sentence=f"Wrong {number}.",
            opened_at=NOW,
        )
    text = text_of(PAGE)
    assert "<summary>Show all 5</summary>" in text
    assert all(text.count(f"Wrong {number}.") == 1 for number in range(1, 6))


def test_a_run_at_work_tells_its_window_sentence_rows_and_seconds() -> None:
    at_work(
        started_at=NOW - timedelta(seconds=75),
        start=TODAY - timedelta(days=30),
        end=TODAY,
    )
    text = text_of(PAGE)
    assert "costs of May, page 3" in text
    assert "21 Oct – 19 Nov 2026" in text
    assert '<td class="number">4,321</td>' in text
    assert "1 min 15 s" in text


def test_a_queued_run_says_that_it_waits() -> None:
    at_work(status="queued", progress="", rows=0)
    assert "waiting for a worker" in text_of(PAGE)


def test_the_page_follows_only_while_something_is_at_work() -> None:
    run(account(), Dataset.COST, NOW)
    assert "data-active" not in text_of(PAGE)
    working = run(account(2, "staging"), Dataset.COST, NOW, status="running")
    assert "data-active" in text_of(PAGE)
    assert "1 running" in text_of(PAGE)
    assert "data-active" not in text_of(PAGE, account=f"{1:012}")
    SyncRun.objects.filter(pk=working.pk).update(status="succeeded")
    assert "data-active" not in text_of(PAGE)


def test_the_page_follows_a_backfill_whose_windows_still_end_after_a_pause() -> None:
    backfill = proposed()
    assert "data-active" not in text_of(PAGE)
    backfill.windows.filter(start=backfill.start).update(status="active")
    assert "data-active" in text_of(PAGE)


def test_a_part_of_a_backfill_and_a_later_attempt_are_named() -> None:
    part_run(proposed())
    run(account(2, "staging"), Dataset.COST, NOW, attempt=3)
    text = text_of(PAGE)
    assert "part of a backfill" in text
    assert "attempt 3" in text


def test_backfills_show_their_progress_and_only_the_allowed_their_buttons() -> None:
    backfill = proposed()
    backfill.windows.filter(start=backfill.start).update(status="succeeded")
    type(backfill).objects.update(status="running")
    text = text_of(PAGE)
    assert '<progress class="bar-line" max="3" value="1"' in text
    assert "1 of 3 windows read" in text
    assert "Pause" not in text
    assert "Estimate cost" not in text
    text = text_of(PAGE, signed_in("start_backfill"))
    assert f'formaction="/syncs/backfills/{backfill.pk}/pause/">Pause' in text
    assert "Estimate cost" in text


def test_an_open_backfill_comes_before_newer_ones_that_ended() -> None:
    owner = read_account()
    old = proposed(owner)
    for _ in range(12):
        type(old).objects.filter(pk=proposed(owner).pk).update(status="succeeded")
    shown = signed_in().get(PAGE).context["backfills"]
    assert len(shown) == 10
    assert shown[0] == old


def test_a_page_past_the_end_is_the_last_one() -> None:
    account()
    assert signed_in().get(PAGE, {"page": "9"}).context["page_obj"].number == 1


def test_a_wrong_filter_shows_no_run() -> None:
    at_work()
    assert "data-active" not in text_of(PAGE, status="broken")


def test_a_filter_costs_one_query_more(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    at_work()
    client = signed_in()
    # As the page in tests/test_page_queries.py, without a budget, and the account.
    # One more than that: how far data is read, in the foot.
    with django_assert_num_queries(17):
        client.get(PAGE, {"account": f"{1:012}"})


def test_a_partial_dataset_says_so_and_leads_to_what_is_missing() -> None:
    owner = read_account()
    found = run(
        owner,
        Dataset.INSTANCES,
        NOW,
        status="partial",
        error="eu-west-1: AccessDenied.",
    )
    text = text_of(PAGE)
    assert '<span class="badge state-partial">partial</span>' in text
    assert f'<a href="{found.get_absolute_url()}">what is missing</a>' in text


def test_the_costs_of_a_member_are_said_to_be_on_its_payers_bill() -> None:
    payer, member = account(1, "the-payer"), account(2, "the-member")
    CloudAccount.objects.filter(pk=payer.pk).update(is_payer=True)
    CloudAccount.objects.filter(pk=member.pk).update(payer=payer)
    assert "On the bill of the-payer" in text_of(PAGE)


def test_a_payer_that_is_not_known_is_said_to_be_unknown() -> None:
    owner = account()
    assert "Payer unknown" in text_of(PAGE)
    CloudAccount.objects.filter(pk=owner.pk).update(is_payer=False)
    assert "Payer unknown" not in text_of(PAGE)


def test_a_run_says_how_long_it_waits_works_or_took() -> None:
    working = at_work()
    owner, at = working.account, NOW - timedelta(hours=2)
    queued = run(owner, Dataset.CPU, at, status="queued", finished_at=None)
    ended = run(owner, Dataset.INSTANCES, at)
    pages = {one: text_of(one.get_absolute_url()) for one in (queued, working, ended)}
    words = ("Queued for", "Running for", "Duration")
    for one, word in zip(pages, words, strict=True):
        found = [each for each in words if f"<dt>{each}</dt>" in pages[one]]
        assert found == [word]
