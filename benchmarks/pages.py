"""How fast pages answer, how much they weigh and how fast their charts are drawn.

Each page in the demo of 400 days: server time through all of Django, beside the bare
SQL of the same queries and beside an empty page of the same run; its bytes compressed;
and in Chromium what it loads with an empty cache and how long its charts take.

    python -m benchmarks.pages [--rounds 20] [--scale large [--accounts 500]]
        [--no-browser]

`--scale large` measures the demo on PostgreSQL, and then 100,000 instances with
20,000 rows of costs of each account, 1,000,000 of the usual 50, of which no page may
take more than three times the goal. `--accounts 500` are 10,000,000.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.browser import drawn
from benchmarks.measure import in_child, report_child, save

GOAL_MS = 100
GOAL_KB = 150
GOAL_CHART_MS = 300
LARGE = 3
TODAY = datetime.now(UTC).date()
YEAR = f"start={TODAY - timedelta(days=365)}&end={TODAY}"
MONTH = f"start={TODAY - timedelta(days=30)}&end={TODAY}"
EMPTY = "an empty page"
PAGES = {
    EMPTY: "/nothing/",
    "summary": "/",
    "costs": "/costs/",
    "costs, a year by day": f"/costs/?{YEAR}",
    "costs, a year by month": f"/costs/?{YEAR}&granularity=monthly&group_by=account",
    "costs, 25 regions": "/costs/?group_by=region&limit=25&chart=lines&exclude=Tax",
    "costs, one service": f"/costs/?{MONTH}&service={{service}}&group_by=account",
    "costs, two groupings": "/costs/?group_by=account,service",
    "costs, a year by both": f"/costs/?{YEAR}&group_by=account,service"
    "&granularity=daily",
    "costs, a year as CSV": f"/api/v1/costs/trend/?{YEAR}&limit=10&format=csv",
    "changes": "/costs/changes/",
    "lines": "/costs/lines/",
    "teams": "/teams/",
    "coverage": "/coverage/",
    "resources": "/resources/",
    "resources, by tag": "/resources/?tag=team:team-7",
    "storage": "/storage/",
    "databases": "/databases/",
    "network": "/network/",
    "untagged": "/resources/untagged/",
    "instances": "/instances/",
    "instances, idle": "/instances/?idle=true&ordering=-average",
    "instances, searched": "/instances/?search=7&state=running",
    "instance": "/instances/{instance}/",
    "cpu": "/cpu/",
    "syncs": "/syncs/",
    "run": "/syncs/runs/{run}/",
    "insights": "/insights/",
    "anomalies": "/insights/anomalies/",
    "recommendations": "/insights/recommendations/",
    "savings": "/insights/savings/",
    "forecasts": "/insights/forecasts/",
    "budgets": "/insights/budgets/",
    "carbon": "/carbon/",
    "alerts": "/alerts/",
    "digests": "/digests/",
    "health": "/monitoring/health/",
    "retention": "/retention/",
    "people": "/people/",
    "activity": "/activity/",
    "search": "/search/?q=machine",
    "admin": "/admin/",
    "admin, daily costs": "/admin/costs/dailycost/",
    "admin, cost totals": "/admin/costs/costtotal/",
    "admin, restatements": "/admin/costs/restatement/",
    "admin, instances": "/admin/inventory/instance/",
    "admin, CPU": "/admin/metrics/cpumetric/",
    "admin, runs": "/admin/syncs/syncrun/",
}
# Those with charts, and what they are looked at with.
WITH_CHARTS = [name for name in PAGES if name[:5] in ("summa", "costs")][:-1]
WITH_CHARTS.append("instance")
ROUNDS, OF_ACCOUNTS = "BENCHMARK_ROUNDS", "BENCHMARK_ACCOUNTS"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--scale", choices=["demo", "large"], default="demo")
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--no-browser", action="store_true")
    options = parser.parse_args()
    if options.part:
        report_child(PARTS[options.part])
    elif options.scale == "large":
        compare(options.rounds, options.accounts)
    else:
        with tempfile.TemporaryDirectory() as folder:
            environment = surroundings(folder, options.rounds)
            found = measured(environment, "demo", browser=not options.no_browser)
        show("the demo on SQLite", found, 1)
        save("pages", {"demo": found})


def compare(rounds: int, accounts: int) -> None:
    """The demo and the large company, both on PostgreSQL."""
    from core.testing.postgres import postgres

    found = {}
    for scale, factor in (("demo", 1), ("large", LARGE)):
        with postgres() as url, tempfile.TemporaryDirectory() as folder:
            environment = surroundings(folder, rounds) | {"DATABASE_URL": url}
            environment[OF_ACCOUNTS] = str(accounts)
            found[scale] = measured(environment, scale, browser=False)
        show(f"{scale} on PostgreSQL", found[scale], factor)
    print(f"\n{'':26} times the demo's")
    for name, page in found["large"].items():
        print(f"{name:26} {page['median_ms'] / found['demo'][name]['median_ms']:.1f} x")
    save("pages-large", found)


def surroundings(folder: str, rounds: int) -> dict[str, str]:
    own = {"STATE_DIR": folder, "ENV_FILE": "", "LOG_LEVEL": "ERROR"}
    own["API_REQUESTS_PER_MINUTE"] = "1000000"
    inherited = {key: text for key, text in os.environ.items() if key != "DATABASE_URL"}
    named = {"DJANGO_SETTINGS_MODULE": "cloudintel.settings", ROUNDS: str(rounds)}
    return {**inherited, **own, **named}


def measured(
    environment: Mapping[str, str], scale: str, *, browser: bool
) -> dict[str, Any]:
    """Figures per page."""
    made = in_child("benchmarks.pages", scale, environment)
    found: dict[str, Any] = in_child("benchmarks.pages", "timed", environment)["pages"]
    if browser:
        paths = {name: found[name]["path"] for name in WITH_CHARTS}
        for name, figures in drawn(environment, made["session"], paths).items():
            found[name] |= figures
    return found


def show(title: str, found: Mapping[str, Any], factor: int) -> None:
    """A line per page, with what is over its goal marked."""
    empty = found[EMPTY]["median_ms"]
    print(
        f"\n{title}: goals {GOAL_MS * factor} ms, {GOAL_KB} KB compressed, "
        f"charts {GOAL_CHART_MS} ms"
    )
    print(
        f"{'':26} {'median':>8} {'p95':>8} {'CPU':>8} {'of SQL':>7} {'of empty':>9} "
        f"{'queries':>8} {'KB':>6} {'loaded KB':>10} {'chart ms':>9}"
    )
    for name, page in found.items():
        over = [
            page["median_ms"] > GOAL_MS * factor,
            max(page["kb"], page.get("loaded_kb", 0)) > GOAL_KB,
            page.get("chart_ms", 0) > GOAL_CHART_MS,
        ]
        print(
            f"{name:26} {page['median_ms']:8.1f} {page['p95_ms']:8.1f} "
            f"{page['cpu_ms']:8.1f} "
            f"{page['of_sql']:6.1f}x {page['median_ms'] / empty:8.1f}x "
            f"{page['queries']:8} {page['kb']:6.1f} {page.get('loaded_kb', 0):10.1f} "
            f"{page.get('chart_ms', 0):9.1f}{'  OVER' if any(over) else ''}"
        )


def demo() -> Mapping[str, Any]:
    set_up()
    from django.core.management import call_command

    call_command("demo", verbosity=0)
    return {"session": session()}


def large() -> Mapping[str, Any]:
    set_up()
    from benchmarks.company import write

    write(datetime.now(UTC), accounts=int(os.environ[OF_ACCOUNTS]))
    return {"session": session()}


def set_up() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def session() -> str:
    """The cookie of an administrator who is signed in."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create_superuser("ada"))
    return client.cookies["cloudintel_session"].value


def timed() -> Mapping[str, Any]:
    return {"pages": all_answered(PAGES)}


def all_answered(paths: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Every one, asked some times in this process, without a socket between."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    import cloudintel.wsgi  # noqa: F401 - as the server begins

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(headers={"accept-encoding": "gzip"})
    client.force_login(User.objects.get(username="ada"))
    keys, rounds = known(), int(os.environ[ROUNDS])
    return {
        name: answered(client, path.format(**keys), rounds)
        for name, path in paths.items()
    }


def known() -> dict[str, Any]:
    """What the addresses of pages name."""
    from urllib.parse import quote_plus

    from costs.models import DailyCost
    from inventory.models import Instance
    from syncs.models import SyncRun

    newest = DailyCost.objects.order_by("-day", "-billed").values_list("service")
    return {
        "service": quote_plus(newest[0][0]),
        "instance": Instance.objects.order_by("pk").values_list("pk")[0][0],
        "run": SyncRun.objects.order_by("-pk").values_list("pk")[0][0],
    }


def answered(client: Any, path: str, rounds: int) -> dict[str, Any]:
    """Its times, beside those of the same queries by themselves, and its bytes."""
    from django.db import connection

    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    client.get(path)
    with connection.execute_wrapper(note):
        answer = client.get(path)
        body = answer.getvalue()
    assert answer.status_code == (404 if path == PAGES[EMPTY] else 200), (path, body)
    reads = [(sql, params) for sql, params in asked if sql.startswith("SELECT")]
    busy = time.process_time()
    pages = [clocked(lambda: client.get(path).getvalue()) for _ in range(rounds)]
    busy = time.process_time() - busy
    bare = [clocked(lambda: run_bare(reads)) for _ in range(max(rounds // 2, 1))]
    return {
        "path": path,
        "median_ms": statistics.median(pages),
        "p95_ms": sorted(pages)[int(len(pages) * 0.95)],
        # Other work of the machine lengthens it less; PostgreSQL has its own beside it.
        "cpu_ms": busy * 1000 / rounds,
        "sql_ms": statistics.median(bare),
        "of_sql": statistics.median(pages) / max(statistics.median(bare), 0.01),
        "queries": len(asked),
        "kb": len(body) / 1024,
    }


def clocked(work: Any) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def run_bare(queries: Sequence[tuple[str, Any]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for sql, params in queries:
            cursor.execute(sql, params)
            cursor.fetchall()


PARTS = {"demo": demo, "large": large, "timed": timed}

if __name__ == "__main__":
    main()
