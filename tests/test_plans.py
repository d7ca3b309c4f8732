"""The plans that docs/performance.md names, so that it keeps telling the truth.

PostgreSQL reads a table of a few rows from end to end whatever indexes it has, so that
way is closed to it here: what is proven is which index answers a question.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from archives.models import Table
from archives.schemas import TABLES
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.testing.query_plans import plan, statements
from core.windows import ONE_DAY, Window
from costs.testing import store_costs
from inventory.testing import instance
from metrics.models import CpuMetric
from metrics.recent_cpu_rollup import refresh_recent_cpu
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.testing import run

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]
ROWS, ROLLUPS, TOTALS = "costs_dailycost", "costs_costrollup", "costs_costtotal"
RESOURCES, MACHINES = "inventory_resource", "inventory_instance"
CPU_ROWS, RUNS = "metrics_cpumetric", "syncs_syncrun"
COSTS, INSTANCES, CPU = "/api/v1/costs/", "/api/v1/instances/", "/api/v1/cpu/"
ID = f"{1:012}"
SIXTY_DAYS = Window(TODAY - ONE_DAY * 60, TODAY)
THIRTY_DAYS = Window(TODAY - ONE_DAY * 30, TODAY)
DAYS = f"start={THIRTY_DAYS.start}&end={THIRTY_DAYS.end}"


@pytest.fixture(scope="module", autouse=True)
def company(module_db: None) -> None:
    """Ten accounts with sixty days of services and runs, and machines, a few idle.

    In tables as a migration leaves them: rows that earlier tests have taken back still
    lie in the files, and change what PostgreSQL thinks a table costs to read.
    """
    with connection.cursor() as cursor:
        # Which no constraint ties to its account, so that CASCADE does not come to it.
        cursor.execute(f"TRUNCATE clouds_cloudaccount, {ROWS} CASCADE")
    for number in range(1, 11):
        owner = account(number, f"account {number}")
        store_costs(owner, SIXTY_DAYS, {f"Service {n}": "1" for n in range(5)})
        machines = [instance(owner, f"{number}-{n}") for n in range(30)]
        CpuMetric.objects.bulk_create(
            CpuMetric(
                resource=machine,
                day=day,
                average_percent=2.0,
                maximum_percent=60.0 if position else 3.0,
            )
            for position, machine in enumerate(machines)
            for day in THIRTY_DAYS.days()
        )
        refresh_recent_cpu(owner, NOW)
        for hours in range(1, 20):
            run(owner, Dataset.COST, NOW - timedelta(hours=hours))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL enable_seqscan = off")


def indexes(ask: Callable[[], object], table: str) -> set[str | None]:
    """Those by which all that is asked reads the table; None is all of it."""
    plans = [plan(statement) for statement in statements(ask)]
    return set().union(*(one.indexes(table) for one in plans))


@pytest.mark.parametrize(
    ("path", "table", "index"),
    [
        (f"{COSTS}trend/?{DAYS}", ROLLUPS, "costrollup_natural_key"),
        (f"{COSTS}trend/?group_by=account&{DAYS}", ROLLUPS, "costrollup_natural_key"),
        (f"{COSTS}summary/?{DAYS}", ROLLUPS, "costrollup_natural_key"),
        (f"{COSTS}summary/?{DAYS}", "costs_billday", "billday_natural_key"),
        (f"{COSTS}summary/?account={ID}&{DAYS}", TOTALS, "costtotal_natural_key"),
        (f"{COSTS}trend/?account={ID}&{DAYS}", ROWS, "dailycost_natural_key"),
        (f"{COSTS}trend/?sub_account={ID}&{DAYS}", ROWS, "dailycost_member"),
        (f"{COSTS}?sub_account={ID}", ROWS, "dailycost_member"),
        (COSTS, ROWS, "dailycost_newest"),
        ("/admin/costs/dailycost/", ROWS, "dailycost_newest"),
        (f"{INSTANCES}?page_size=5", RESOURCES, "resource_order"),
        (f"{INSTANCES}?state=stopped", RESOURCES, "resource_present_state"),
        (f"{INSTANCES}?region=us-east-1", RESOURCES, "resource_region"),
        (f"{INSTANCES}?instance_type=t3.small", MACHINES, "instance_type"),
        ("/instances/?idle=true", "metrics_recentcpu", "recentcpu_idle"),
        ("/instances/", CPU_ROWS, "cpumetric_natural_key"),
        (CPU, CPU_ROWS, "cpumetric_day"),
        (f"{CPU}?instance=i-1-1", CPU_ROWS, "cpumetric_natural_key"),
        ("/syncs/", RUNS, "syncrun_newest"),
    ],
)
def test_a_question_is_answered_by_its_index(
    admin_client: Client, path: str, table: str, index: str
) -> None:
    def ask() -> None:
        answer = admin_client.get(path)
        assert answer.status_code == 200, answer.content

    assert index in indexes(ask, table)


def test_sixty_days_of_rows_are_found_by_day(admin_client: Client) -> None:
    def ask() -> None:
        path = f"{COSTS}trend/?service=Service+1&group_by=account&{DAYS}"
        assert admin_client.get(path).status_code == 200

    assert indexes(ask, ROWS) == {"dailycost_day_service"}


def test_the_newest_runs_are_found_by_account_and_dataset() -> None:
    found = indexes(lambda: list(SyncRun.objects.newest_per_dataset()), RUNS)
    assert "syncrun_history" in found


def test_a_month_to_prune_is_found_by_day() -> None:
    month = TABLES[Table.COST].values(SIXTY_DAYS.start.replace(day=1))
    found = indexes(lambda: list(month), ROWS)
    assert found
    assert found <= {"dailycost_newest", "dailycost_day_service"}
