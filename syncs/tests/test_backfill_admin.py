"""Backfills, API usage, budget days and incidents in the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from syncs.datasets import Dataset
from syncs.models import ApiBudgetDay, ApiUsage, Backfill, Incident
from syncs.testing import LONG, part_run, proposed, read_account, run, used
from syncs.tests import test_admin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "sent_runs")]
LISTS = {
    name: reverse(f"admin:syncs_{name}_changelist")
    for name in ("backfill", "apiusage", "apibudgetday", "incident")
}
ADD = reverse("admin:syncs_backfill_add")


def incident(**values: Any) -> Incident:
    facts = {"dataset": "cost", "sentence": "It can't be read.", "opened_at": NOW}
    return Incident.objects.create(**(facts | values))


def filled_in(start: object) -> dict[str, object]:
    owner = CloudAccount.objects.first() or read_account()
    values = {"account": owner.pk, "dataset": "cost", "start": start, "end": TODAY}
    return {f"backfill-{name}": value for name, value in values.items()}


def change(row: Any) -> str:
    return reverse(f"admin:syncs_{row._meta.model_name}_change", args=[row.pk])


def act(client: Client, name: str, *backfills: Backfill) -> str:
    data = {"action": name, "_selected_action": [one.pk for one in backfills]}
    return client.post(LISTS["backfill"], data, follow=True).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_each_list_needs_few_queries_however_much_there_is(
    name: str, admin_client: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for number in range(1, 8):
        owner = read_account(number, f"account-{number}")
        proposed(owner)
        used(owner, TODAY, "ce:GetCostAndUsage", number, "0.01")
        incident(account=owner)
        ApiBudgetDay.objects.create(day=LONG.start.replace(day=number), usd_e5=5)
    # Session, user, count, page, first and last date, the dates between them.
    with django_assert_max_num_queries(6):
        assert admin_client.get(LISTS[name]).status_code == 200


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("query", "status"), [("q=x", 200), ("account__id__exact=x", 400), ("p=99", 200)]
)
def test_each_list_can_be_searched_and_given_nonsense(
    name: str, query: str, status: int, admin_client: Client
) -> None:
    assert admin_client.get(f"{LISTS[name]}?{query}").status_code == status


@pytest.mark.parametrize("state", ["open", "closed", "x"])
def test_incidents_can_be_filtered_by_their_state(
    state: str, admin_client: Client
) -> None:
    url = f"{LISTS['incident']}?state={state}"
    assert admin_client.get(url).status_code == 200


def test_it_is_proposed_with_its_price_and_started_by_an_action(
    admin_client: Client, sent_runs: list[int]
) -> None:
    answer = admin_client.post(ADD, filled_in(LONG.start), follow=True)
    backfill = Backfill.objects.get()
    assert answer.redirect_chain == [(change(backfill), 302)]
    assert "It will cost about $0.09" in answer.content.decode()
    assert (backfill.status, backfill.windows.count(), sent_runs) == ("proposed", 3, [])
    assert backfill.created_by and backfill.created_by.username == "admin"
    assert "was started" in act(admin_client, "start_selected", backfill)
    assert len(sent_runs) == 2
    assert "was paused" in act(admin_client, "pause_selected", backfill)
    assert "was cancelled" in act(admin_client, "cancel_selected", backfill)
    assert "it is cancelled" in act(admin_client, "start_selected", backfill)


def test_what_cannot_be_read_is_refused_with_the_reason(admin_client: Client) -> None:
    for start, reason in (("2020-01-01", "must lie within"), ("", "required")):
        page = admin_client.post(ADD, filled_in(start)).content.decode()
        assert reason in page
    assert not Backfill.objects.exists()


def test_its_own_page_starts_it_only_when_confirmed(
    admin_client: Client, sent_runs: list[int]
) -> None:
    backfill = proposed()
    url = reverse("admin:syncs_backfill_start_here", args=[backfill.pk])
    assert "Start?" in admin_client.get(url).content.decode()
    assert sent_runs == [], "a link that is followed starts nothing"
    answer = admin_client.post(url, {"_form_submitted": "1"})
    assert answer.headers["HX-Redirect"] == change(backfill)
    assert len(sent_runs) == 2


def test_its_page_shows_each_window_and_changes_nothing(admin_client: Client) -> None:
    backfill = proposed()
    read = part_run(backfill)
    backfill.windows.filter(end=TODAY).update(status="failed", error="Denied.")
    page = admin_client.get(change(backfill)).content.decode()
    assert "2026-10-21..2026-11-20" in page
    assert "Denied." in page
    assert change(read) in page
    assert "0 of 3, 1 failed" in page
    assert "_save" not in page
    assert admin_client.post(change(backfill), {"status": "x"}).status_code == 403


def test_without_the_permission_it_is_not_offered_and_refused(
    sent_runs: list[int],
) -> None:
    backfill = proposed()
    client = test_admin.signed_in("syncs.view_backfill")
    assert "start_selected" not in client.get(LISTS["backfill"]).content.decode()
    assert "2026-10-21" in client.get(change(backfill)).content.decode()
    assert client.get(ADD).status_code == 403
    url = reverse("admin:syncs_backfill_start_here", args=[backfill.pk])
    assert client.post(url, {"_form_submitted": "1"}).status_code == 403
    act(client, "start_selected", backfill)
    assert sent_runs == []


def test_usage_and_incidents_are_read_only_even_for_a_superuser(
    admin_client: Client,
) -> None:
    owner = account()
    used(owner, TODAY, "ce:GetCostAndUsage", 3, "0.03")
    rows = [
        ApiUsage.objects.get(),
        ApiBudgetDay.objects.create(day=TODAY, usd_e5=41_000),
        incident(account=owner, closed_at=NOW),
    ]
    for row in rows:
        page = admin_client.get(change(row)).content.decode()
        assert "_save" not in page
        assert admin_client.post(change(row), {}).status_code == 403
        assert admin_client.get(
            change(row).replace("change", "delete")
        ).status_code == (403)
    usage, budget, shown = (
        admin_client.get(change(row)).content.decode() for row in rows
    )
    assert "$0.03" in usage
    assert "$0.41" in budget
    assert "It can&#x27;t be read." in shown
    assert "dataset__exact=cost" in shown, "a link to its runs"


def test_incidents_are_filtered_by_whether_they_are_over(admin_client: Client) -> None:
    owner = account()
    incident(account=owner)
    incident(account=owner, closed_at=NOW, dataset="cpu")
    for state, dataset in (("open", "cost"), ("closed", "cpu")):
        page = admin_client.get(f"{LISTS['incident']}?state={state}")
        assert [row.dataset for row in page.context["cl"].result_list] == [dataset]


def test_a_run_tells_its_attempt_its_holder_and_its_backfill(
    admin_client: Client,
) -> None:
    backfill = proposed()
    read = part_run(backfill, attempt=2, held_by="host@7:1")
    page = admin_client.get(change(read)).content.decode()
    assert change(backfill) in page
    assert "host@7:1" in page
    assert change(run(account(2), Dataset.INSTANCES, NOW))


def test_the_sidebar_leads_to_each_of_them(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:index")).content.decode()
    for url in LISTS.values():
        assert f'href="{url}"' in page
