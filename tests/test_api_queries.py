"""Each answer of the API needs few queries, however much there is."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.models import DailyCost
from costs.testing import store_costs
from inventory.models import Instance
from inventory.testing import instance
from metrics.testing import store_cpu
from providers.meter import Usage
from syncs.accounts.changes import save_account
from syncs.api_usage.recording import record_usage
from syncs.backfills.planning import propose
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.testing import OF_AWS, run
from users.testing import text_of, viewer

pytestmark = pytest.mark.django_db
MOST = 10
START = str(NOW.date() - timedelta(days=5))
# Session, user with rights, the version of the data where an answer has one; and then:
# a page of a list, its count where pages are numbered, prefetches of a trend, its
# largest keys, the sums, days, spans and differences of a summary, an account that a
# filter names, and whether rows went into an archive where only rows can answer.
QUERIES = {
    "accounts/": 4,
    "instances/": 4,
    "instances/{instance}/": 5,
    "costs/": 4,
    "costs/{cost}/": 4,
    # By how much recent days grow, where the days are left to the default; and of a
    # summary.
    "costs/trend/": 6,
    "costs/trend/?group_by=account&limit=2&granularity=monthly": 7,
    f"costs/trend/?account=000000000001&exclude=Tax&start={START}": 7,
    "costs/daily/": 6,
    "costs/summary/": 9,  # one asks who covers bills that began in these periods
    f"costs/summary/?account=000000000001,000000000002&start={START}": 9,
    "cpu/": 4,
    "cpu/?account=000000000001": 5,
    "cpu/trend/": 5,
    f"cpu/trend/?region=eu-west-1&start={START}": 5,
    "network/": 4,
    "runs/": 3,
    "runs/{run}/": 3,
    "backfills/": 4,
    "backfills/{backfill}/": 5,
    "api-usage/": 3,
    "api-usage/summary/": 4,
    "backfills/?format=csv": 3,
    "api-usage/?format=csv": 3,
    "accounts/?format=csv": 3,
    "costs/?format=csv": 4,
    "costs/trend/?format=csv": 6,
    "cpu/trend/?format=csv": 4,
    "instances/?format=csv": 4,
    "runs/?format=csv": 3,
}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="module")
def keys(module_db: None) -> dict[str, int]:
    """Several accounts, each with machines, their work, costs and runs."""
    with time_machine.travel(NOW, tick=False):
        return filled()


def filled() -> dict[str, int]:
    """Fill the database; return the key of one row of some kinds."""
    for number in range(1, 5):
        owner = account(number, f"account {number}")
        store_costs(owner, last_complete_days(40, NOW), {"EC2": "1", "S3": "2"})
        for name in ("web", "job", "db"):
            machine = instance(owner, f"{name}-{number}")
            store_cpu(machine, last_complete_days(3, NOW), 20)
        for dataset in OF_AWS:
            run(owner, dataset, NOW)
        window = last_complete_days(40, NOW)
        backfill = propose(owner, Dataset.CPU, window, NOW)
        used = {"ce:GetCostAndUsage": Usage(3, Decimal("0.03"))}
        record_usage(owner, NOW.date(), used)
    return {
        "backfill": backfill.pk,
        "instance": Instance.objects.all()[0].pk,
        "cost": DailyCost.objects.all()[0].pk,
        "run": SyncRun.objects.all()[0].pk,
    }


@pytest.mark.parametrize("path", QUERIES)
def test_an_answer_needs_at_most_ten_queries(path: str, keys: dict[str, int]) -> None:
    client = viewer()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"/api/v1/{path.format(**keys)}")
        text = text_of(response)
    assert response.status_code == 200
    assert text
    told = "\n".join(query["sql"][:160] for query in queries)
    assert len(queries) <= MOST, told
    assert len(queries) == QUERIES[path], told


@pytest.mark.parametrize(
    "path", ["accounts/", "instances/", "runs/", "cpu/trend/", "backfills/"]
)
def test_more_rows_need_no_more_queries(path: str, keys: dict[str, int]) -> None:
    client = viewer()
    with CaptureQueriesContext(connection) as few:
        client.get(f"/api/v1/{path}")
    for number in range(20, 30):
        owner = CloudAccount(account_id=f"{number:012}", name="more")
        save_account(owner)
        machine = instance(owner, f"web-{number}")
        store_cpu(machine, last_complete_days(2, NOW), 20)
        run(owner, Dataset.INSTANCES, NOW)
    with CaptureQueriesContext(connection) as many:
        client.get(f"/api/v1/{path}")
    assert len(many) == len(few)
