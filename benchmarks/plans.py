"""How PostgreSQL goes about each hot question over ten million rows of costs.

Every statement that a page, endpoint or sync sends is run once more with EXPLAIN. Of
each that reads much: the tables, the index of each or `all of it`, how many rows it
looked at and answered, its pages of 8 KiB and its time. Marked is what should be looked
at: a large table read from end to end, rows or keys that were written to disk, and a
guess of the planner that was far off. Other settings of PostgreSQL are tried with them
in PGOPTIONS, such as `-c jit=off -c work_mem=16MB`.

    python -m benchmarks.plans [--rows 10000000] [--machines 50000] [--all]
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.measure import in_child, report_child, save
from benchmarks.pages import session, set_up, surroundings

ROWS, MACHINES = "BENCHMARK_ROWS", "BENCHMARK_MACHINES"
NOW = datetime.now(UTC)
TODAY = NOW.date()
YEAR = f"start={TODAY - timedelta(days=365)}&end={TODAY}"
COSTS, INSTANCES, CPU = "/api/v1/costs/", "/api/v1/instances/", "/api/v1/cpu/"
ADMIN = "/admin/"
# Which statements are worth a line: those that read many rows or take long.
MANY_ROWS, LONG_MS = 1_000, 1.0
LARGE_TABLE, FAR_OFF = 10_000, 100
QUESTIONS = {
    "summary page": "/",
    "costs page": "/costs/",
    "costs page, a year": f"/costs/?{YEAR}",
    "costs page, a service by account": "/costs/?service=Service+07&group_by=account",
    "costs page, two dimensions": "/costs/?service=Service+07&region=region-3",
    "costs page, an account": "/costs/?sub_account=000000000007",
    "costs page, an account's year": f"/costs/?sub_account=000000000007&{YEAR}",
    "trend": f"{COSTS}trend/?group_by=service",
    "trend, a year": f"{COSTS}trend/?group_by=service&{YEAR}",
    "trend, a year by account": f"{COSTS}trend/?group_by=account&limit=10&{YEAR}",
    "trend of one bill": f"{COSTS}trend/?account=000000000007",
    "summary": f"{COSTS}summary/",
    "cost rows": f"{COSTS}?page_size=1000",
    "cost rows, far down": f"{COSTS}?page_size=1000&cursor={{cursor}}",
    "cost rows of a service": f"{COSTS}?service=Service+07",
    "cost rows of an account": f"{COSTS}?sub_account=000000000007",
    "cost rows of nobody": f"{COSTS}?sub_account=999",
    "cost rows, searched": f"{COSTS}?search=Service+07",
    "cost rows by amount": f"{COSTS}?ordering=-billed",
    "instances": "/instances/",
    "instances, in the middle": "/instances/?page={middle}",
    "instances by state": f"{INSTANCES}?state=stopped",
    "instances by type": f"{INSTANCES}?instance_type=m6i.large",
    "instances by region": f"{INSTANCES}?region=eu-west-1",
    "instances of an account": f"{INSTANCES}?account=000000000007",
    "instances by tag": f"{INSTANCES}?tag=team:team-7",
    "idle instances": "/instances/?idle=true",
    "instances by average": "/instances/?ordering=-average",
    "instances, searched": f"{INSTANCES}?search=machine-0123",
    "instances, searched for a rare text": f"{INSTANCES}?search=00fff",
    "instance": "/instances/{instance}/",
    "cpu page": "/cpu/",
    "cpu rows": CPU,
    "cpu trend": f"{CPU}trend/",
    "syncs page": "/syncs/",
    "insights page": "/insights/",
    "admin, daily costs": f"{ADMIN}costs/dailycost/",
    "admin, daily costs of an account": f"{ADMIN}costs/dailycost/?account__id__exact=7",
    "admin, daily costs searched": f"{ADMIN}costs/dailycost/?q=Service+07",
    "admin, cost totals": f"{ADMIN}costs/costtotal/",
    "admin, instances": f"{ADMIN}inventory/instance/",
    "admin, CPU": f"{ADMIN}metrics/cpumetric/",
    "admin, runs": f"{ADMIN}syncs/syncrun/",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS])
    parser.add_argument("--rows", type=int, default=10_000_000, help="from 500,000 on")
    parser.add_argument("--machines", type=int, default=50_000)
    parser.add_argument("--all", action="store_true", help="every statement")
    options = parser.parse_args()
    if options.part:
        report_child(PARTS[options.part])
        return
    from core.testing.postgres import postgres

    with postgres() as url, tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder, 1) | {"DATABASE_URL": url}
        environment[ROWS] = str(options.rows)
        environment[MACHINES] = str(options.machines)
        in_child("benchmarks.plans", "fill", environment)
        found = in_child("benchmarks.plans", "explained", environment)["questions"]
    show(found, every=options.all)
    save("plans", {"rows": options.rows, "machines": options.machines, **found})


def fill() -> Mapping[str, Any]:
    """Bills, machines with CPU and changes, and a hundred days of runs."""
    set_up()
    from django.db import connection

    from benchmarks import bills, company
    from clouds.models import CloudAccount
    from inventory.models import Instance, Resource, StateChange
    from metrics.models import CpuMetric
    from metrics.recent_cpu_rollup import refresh_recent_cpu
    from syncs.models import SyncRun

    machines = int(os.environ[MACHINES])
    bills.write(TODAY, int(os.environ[ROWS]), with_payer=False)
    days = [TODAY - timedelta(days=back) for back in range(company.CPU_DAYS, 0, -1)]
    changes = (
        {"resource_id": key, "at": NOW, "field": "state", "new_value": "running"}
        for key in range(1, machines + 1)
    )
    company.copy(SyncRun, company.runs(NOW, company.ACCOUNTS))
    spread_runs()
    company.copy(Resource, company.instances(NOW, machines, company.ACCOUNTS))
    company.copy(Instance, company.instances(NOW, machines, company.ACCOUNTS))
    company.copy(CpuMetric, company.cpu(days, machines))
    company.copy(StateChange, changes)
    for account in CloudAccount.objects.all()[: company.ACCOUNTS]:
        refresh_recent_cpu(account, NOW)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    session()
    return {}


def spread_runs() -> None:
    """The first account's runs are those of all accounts that have none."""
    from django.db import connection

    from syncs.models import SyncRun

    fields = SyncRun._meta.concrete_fields
    own = {"id", "account_id"}
    names = ", ".join(f'"{of.column}"' for of in fields if of.column not in own)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('syncs_syncrun', 'id'), "
            "(SELECT max(id) FROM syncs_syncrun))"
        )
        cursor.execute(
            f"INSERT INTO syncs_syncrun (account_id, {names}) "  # noqa: S608
            f"SELECT other.id, {names} FROM syncs_syncrun run "
            "CROSS JOIN clouds_cloudaccount other WHERE run.account_id = 1 AND NOT "
            "EXISTS (SELECT FROM syncs_syncrun WHERE account_id = other.id)"
        )


def explained() -> Mapping[str, Any]:
    import django

    django.setup()
    from core.testing.query_plans import plan, statements

    large = large_tables()
    found = {}
    for name, ask in questions():
        plans = [plan(statement) for statement in statements(ask)]
        found[name] = [described(one, large) for one in plans]
    return {"questions": found}


def questions() -> Iterator[tuple[str, Callable[[], object]]]:
    """Every page and address as an administrator asks it, and what workers ask."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.core.cache import cache
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.get(username="ada"))
    keys = known()

    def asked(path: str) -> Callable[[], object]:
        def ask() -> None:
            cache.clear()
            answer = client.get(path)
            body = answer.getvalue()
            assert answer.status_code == 200, (path, body[:500])

        return ask

    for name, path in QUESTIONS.items():
        yield name, asked(path.format(**keys))
    yield from of_workers()


def known() -> dict[str, Any]:
    """What the addresses name: a machine, half of their pages, and a place halfway
    down the costs."""
    from django.core import signing

    from core.api.cursors import SALT
    from costs.api.views import ORDER
    from costs.models import DailyCost
    from inventory.models import Instance

    day = TODAY - timedelta(days=200)
    names = [name.removeprefix("-") for name in ORDER]
    place = DailyCost.objects.filter(day=day).values_list(*names)[0]
    values = [value if isinstance(value, int) else str(value) for value in place]
    return {
        "cursor": signing.dumps([list(ORDER), values, False], salt=SALT),
        # 50 to a page.
        "middle": Instance.objects.count() // 100,
        "instance": Instance.objects.order_by("pk").values_list("pk")[0][0],
    }


def of_workers() -> Iterator[tuple[str, Callable[[], object]]]:
    """What is due, what a sync replaces, and what `prune` reads and deletes."""
    from archives.models import Table
    from archives.prune import due as months_due
    from archives.schemas import TABLES
    from clouds.models import CloudAccount
    from core.windows import Window, add_months, first_of_month
    from costs.models import DailyCost
    from syncs.scheduler.due import due

    account = CloudAccount.objects.all()[0]
    held = DailyCost.objects.filter(account=account).in_window(
        Window(TODAY - timedelta(days=30), TODAY)
    )
    month = add_months(first_of_month(TODAY), -6)
    later = datetime(TODAY.year + 1, TODAY.month, 1, tzinfo=UTC)
    months = TABLES[Table.COST]
    yield "due", lambda: list(due(CloudAccount.objects.all(), NOW))
    yield "a sync's window", lambda: held.exists()
    yield (
        "prune: which months",
        lambda: list(months_due([Table.COST], later, 16)),
    )
    yield "prune: a month's rows", lambda: list(months.values(month).iterator(20_000))
    yield "prune: deleting", lambda: deleted(months.of_month(month))


def deleted(rows: Any) -> None:
    """Sent, and taken back."""
    from django.db import transaction

    with transaction.atomic():
        rows.order_by().delete()
        transaction.set_rollback(True)


def large_tables() -> set[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s",
            [LARGE_TABLE],
        )
        return {name for (name,) in cursor.fetchall()}


def described(plan: Any, large: set[str]) -> dict[str, Any]:
    """A plan as it is shown and saved."""
    steps: dict[tuple[str, str], float] = {}
    for step in plan.steps:
        key = (step.table, step.index or "all of it")
        steps[key] = steps.get(key, 0) + step.rows
    looked_at = sum(steps.values())
    whole = {step.table for step in plan.steps if step.index is None}
    marks = [f"reads all of {table}" for table in sorted(whole & large)]
    if plan.spilled_pages:
        marks.append(f"{plan.spilled_pages} pages to disk")
    if plan.worst_guess > FAR_OFF and looked_at > MANY_ROWS:
        marks.append(f"guess off by {plan.worst_guess:.0f}")
    return {
        "steps": [[table, way, rows] for (table, way), rows in steps.items()],
        "looked_at": looked_at,
        "rows": plan.rows,
        "pages": plan.pages,
        "ms": plan.ms,
        "marks": marks,
        "sql": plan.sql,
    }


def show(found: Mapping[str, list[dict[str, Any]]], *, every: bool) -> None:
    print(f"{'looked at':>12} {'rows':>9} {'pages':>8} {'ms':>8}  ")
    for name, plans in found.items():
        took = sum(plan["ms"] for plan in plans)
        print(f"{name} ({len(plans)} statements, {took:.1f} ms)")
        for plan in plans:
            is_small = plan["looked_at"] < MANY_ROWS and plan["ms"] < LONG_MS
            if is_small and not plan["marks"] and not every:
                continue
            ways = ", ".join(f"{table} by {way}" for table, way, _ in plan["steps"])
            marks = f"  <- {'; '.join(plan['marks'])}" if plan["marks"] else ""
            print(
                f"{plan['looked_at']:12,.0f} {plan['rows']:9,} {plan['pages']:8,} "
                f"{plan['ms']:8.1f}  {ways}{marks}"
            )


PARTS = {"fill": fill, "explained": explained}

if __name__ == "__main__":
    main()
