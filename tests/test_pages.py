"""Every page: who may see it, what it says without data, and its queries."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from syncs.datasets import Dataset
from syncs.testing import run
from users.testing import person

pytestmark = pytest.mark.django_db
LISTS = ["/", "/costs/", "/instances/", "/cpu/", "/syncs/"]
LISTS += ["/resources/", "/storage/", "/databases/", "/network/"]
QUARTER = last_complete_days(90, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def viewer(client: Client) -> Client:
    """Signed in, and may look at everything."""
    client.force_login(person("viewer"))
    return client


@pytest.mark.parametrize("page", [*LISTS, "/instances/1/", "/syncs/runs/1/"])
def test_it_sends_who_is_not_signed_in_to_the_login_page(
    client: Client, page: str
) -> None:
    answer = client.get(page)
    assert answer.status_code == 302
    assert answer["Location"] == f"/login/?next={page}"


@pytest.mark.parametrize("page", LISTS)
def test_a_page_without_an_account_says_how_to_connect_one(
    viewer: Client, page: str
) -> None:
    text = viewer.get(page).content.decode()
    assert "manage.py add_account" in text
    assert "manage.py demo" in text


@pytest.mark.parametrize("page", LISTS)
def test_a_page_of_an_account_without_data_says_what_to_read(
    viewer: Client, page: str
) -> None:
    account()
    text = viewer.get(page).content.decode()
    assert "manage.py sync" in text or "never synced" in text
    assert "$0" not in text


@pytest.mark.parametrize("page", LISTS)
def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(
    viewer: Client, page: str
) -> None:
    store_costs(account(), QUARTER, {"AWS Lambda": "1.5"})
    text = viewer.get(page).content.decode()
    assert "style=" not in text
    assert "<script>" not in text
    assert 'src="http' not in text
    assert 'href="http' not in text


def test_the_syncs_page_stays_readable_with_a_thousand_accounts(
    viewer: Client,
) -> None:
    for number in range(1, 31):
        owner = account(number, f"account-{number:02}")
        if number != 30:
            run(owner, Dataset.INSTANCES, NOW - timedelta(hours=1))
    text = viewer.get("/syncs/").content.decode().partition("<main")[2]
    assert "29 fresh" in text
    assert "1–20 of 30" in text
    assert text.index("account-30") < text.index("account-01")


def test_a_failed_run_says_why_and_what_reading_cost(viewer: Client) -> None:
    failed = run(
        account(), Dataset.COST, NOW, status="failed", error="Denied: ask for ce:Get*."
    )
    text = viewer.get(failed.get_absolute_url()).content.decode()
    assert "Denied: ask for ce:Get*." in text
    assert "$0.0300" in text
    assert "ce:GetCostAndUsage" in text
    assert "Sync again" not in text


@pytest.mark.parametrize("page", ["/instances/99/", "/nothing/"])
def test_what_is_not_there_is_a_friendly_404(viewer: Client, page: str) -> None:
    answer = viewer.get(page, headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()
