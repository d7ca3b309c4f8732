"""Every page: who may see it, what it says without data, and its queries."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from inventory.testing import instance
from metrics.testing import store_cpu
from syncs.backfills.planning import propose
from syncs.datasets import Dataset
from syncs.models import Incident
from syncs.testing import OF_AWS, run
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


@pytest.mark.parametrize(
    ("page", "queries"),
    [
        # Every page: session, user, permissions of user and groups; accounts of the
        # scope; saved views; what waits; how far costs and CPU are read; of live
        # pages the versions. Beside these:
        # currencies, trend (2), spans, stored days, the projection (the forecasts), the
        # largest changes; clouds; budget; anomalies and recommendations; savings (3);
        # kinds; states; freshness; what explains the month, as below; how much
        # recent days grow; alert channels; marks of anomalies.
        ("/", 34),
        # account names; currencies, trend (2), both periods, spans, restatements (2);
        # what there is to choose from (4); what explains the change, as below; how much
        # recent days grow, for the default range and for these days; months of lines.
        ("/costs/", 28),
        # states, regions, resource groups, types, tags; keys and rows; CPU; list
        # prices; accounts.
        ("/instances/", 20),
        # The same with memory, and without list prices.
        ("/cpu/", 21),
        # accounts; freshness; API usage, budget; incidents, content type, notices;
        # counts and rows of runs; backfills.
        ("/syncs/", 18),
        # backfill; windows; their runs.
        ("/syncs/backfills/{backfill}/", 11),
        # instance; CPU; memory; network; newest syncs and the first; freshness;
        # changes; list price; disks and addresses; emissions; actions.
        ("/instances/{instance}/", 31),
        # accounts (2); costs per account and currency (2); sums per account and of all;
        # running machines, use of regions and buckets; advice; the days.
        ("/carbon/", 18),
        # run.
        ("/syncs/runs/{run}/", 9),
    ],
)
def test_a_page_asks_few_queries_however_much_is_stored(
    viewer: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    page: str,
    queries: int,
    settings: Settings,
) -> None:
    settings.AWS_API_DAILY_BUDGET_USD = Decimal(1)
    for number in range(1, 6):
        owner = account(number, f"account-{number}")
        services = {f"Service {index}": str(index) for index in range(12)}
        store_costs(owner, QUARTER, services)
        for index in range(3):
            machine = instance(owner, f"web-{number}-{index}")
            store_cpu(machine, last_complete_days(3, NOW), 20.0)
        for dataset in OF_AWS:
            latest = run(owner, dataset, NOW - timedelta(hours=1))
        backfill = propose(owner, Dataset.CPU, QUARTER, NOW)
        for part in backfill.windows.all():
            run(owner, Dataset.CPU, NOW, backfill_window=part)
        Incident.objects.create(account=owner, dataset="instances", opened_at=NOW)
    keys = {"instance": machine.pk, "run": latest.pk, "backfill": backfill.pk}
    page = page.format(**keys)
    ContentType.objects.clear_cache()  # or it depends on the order of tests
    with django_assert_num_queries(queries):
        assert viewer.get(page).status_code == 200


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
