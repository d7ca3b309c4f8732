"""However much is stored, a page asks few queries."""

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
QUARTER = last_complete_days(90, NOW)


@pytest.fixture(scope="module", autouse=True)
def keys(module_db: None) -> Iterator[dict[str, int]]:
    """Much is stored; the keys of what has a page of its own."""
    with time_machine.travel(NOW, tick=False):
        yield [store_all(number) for number in range(1, 6)][-1]


def store_all(number: int) -> dict[str, int]:
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
    return {"instance": machine.pk, "run": latest.pk, "backfill": backfill.pk}


@pytest.mark.parametrize(
    ("page", "queries"),
    [
        # Every page: session, user with permissions; accounts of the scope; saved
        # views; what waits; how far costs and CPU are read; of live pages the
        # versions. Beside these:
        # currencies, trend (2), spans, stored days, the projection (the forecasts), the
        # largest changes; clouds; budget; anomalies and recommendations; savings (3);
        # kinds; states; CPU; freshness; what explains the month, as below, and whether
        # its rows are archived; how much recent days grow; alert channels; marks of
        # anomalies; months of lines.
        ("/", 35),
        # currencies, whether bills cover others, trend (2), both periods, spans,
        # restatements (2); the version of costs, and what there is to choose from (4);
        # what explains the change, as below, and whether its rows are archived; how
        # much recent days grow, for the default range and for these days; months of
        # lines, twice.
        ("/costs/", 29),
        # version; states, regions, resource groups, types, tags; keys and rows; CPU;
        # list prices; accounts.
        ("/instances/", 19),
        # The same with memory, and without list prices.
        ("/cpu/", 20),
        # accounts; freshness; API usage, budget; incidents, content type, notices;
        # counts and rows of runs; backfills.
        ("/syncs/", 16),
        # backfill; windows; their runs.
        ("/syncs/backfills/{backfill}/", 9),
        # instance; CPU; memory; network; newest syncs and the first; freshness;
        # changes; list price; disks and addresses; emissions; actions; months of lines.
        ("/instances/{instance}/", 30),
        # accounts (2); costs per account and currency (2); sums per account and of all;
        # running machines, use of regions and buckets; advice; the days.
        ("/carbon/", 16),
        # run.
        ("/syncs/runs/{run}/", 7),
    ],
)
def test_a_page_asks_few_queries_however_much_is_stored(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    keys: dict[str, int],
    page: str,
    queries: int,
    settings: Settings,
) -> None:
    settings.AWS_API_DAILY_BUDGET_USD = Decimal(1)
    client.force_login(person("viewer"))
    page = page.format(**keys)
    ContentType.objects.clear_cache()  # or it depends on the order of tests
    with django_assert_num_queries(queries):
        assert client.get(page).status_code == 200
