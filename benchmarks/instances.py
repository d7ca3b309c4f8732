"""How fast 50,000 instances are listed, filtered, searched and looked at.

Pages, the API and the admin, through all of Django on PostgreSQL, each beside the bare
SQL of the same queries.

    python -m benchmarks.instances [--machines 50000] [--rounds 20]
"""

import argparse
import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from benchmarks.measure import in_child, report_child, save
from benchmarks.pages import all_answered, session, set_up, surroundings

GOAL_MS = 150
API = "/api/v1/instances/"
ADMIN = "/admin/inventory/instance/"
QUESTIONS = {
    "page": "/instances/",
    "page, in the middle": "/instances/?page=300",
    "page, state": "/instances/?state=stopped",
    "page, type": "/instances/?instance_type=m6i.large",
    "page, region": "/instances/?region=eu-west-1",
    "page, account": "/instances/?account=000000000007",
    "page, tag": "/instances/?tag=team:team-7",
    "page, tag's key": "/instances/?tag=env",
    "page, idle": "/instances/?idle=true",
    "page, by average": "/instances/?ordering=-average",
    "page, by launch": "/instances/?ordering=launched_at",
    "page, a name": "/instances/?search=machine-0123",
    "page, a rare text": "/instances/?search=00fff",
    "page, a frequent text": "/instances/?search=machine",
    "page, no such text": "/instances/?search=nowhere",
    "page, an address": "/instances/?search=10.0.77.",
    "page, many at once": "/instances/?state=running&region=us-east-1&tag=env:prod"
    "&idle=false&search=9",
    "detail": "/instances/{instance}/",
    "cpu": "/cpu/",
    "cpu, filtered": "/cpu/?region=eu-west-1&average_max=5",
    "api": API,
    "api, filtered": f"{API}?state=running&region=eu-west-1&tag=team:team-7",
    "api, searched": f"{API}?search=machine-0123",
    "api, ordered": f"{API}?ordering=-launched_at",
    "api, detail": f"{API}{{instance}}/",
    "api, cpu": "/api/v1/cpu/",
    "api, cpu of one": "/api/v1/cpu/?instance=i-00000000000000001",
    "api, cpu trend": "/cpu-trend",
    "admin": ADMIN,
    "admin, filtered": f"{ADMIN}?state=running&region=eu-west-1",
    "admin, searched": f"{ADMIN}?q=machine-0123",
    "admin, tag searched": f"{ADMIN}?q=team-7",
    "admin, not found": f"{ADMIN}?q=nowhere",
    "admin, ordered": f"{ADMIN}?o=6",
    "admin, detail": f"{ADMIN}{{instance}}/change/",
    "admin, changes": "/admin/inventory/statechange/",
    "admin, changes searched": "/admin/inventory/statechange/?q=machine-0123",
    "admin, cpu": "/admin/metrics/cpumetric/",
    "admin, cpu searched": "/admin/metrics/cpumetric/?q=machine-00123",
    "admin, cpu by maximum": "/admin/metrics/cpumetric/?q=machine-00123&o=-4",
}
MACHINES = "BENCHMARK_MACHINES"
# Of an account and day: costs are no part of these questions.
CHARGES = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS])
    parser.add_argument("--machines", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    if options.part:
        report_child(PARTS[options.part])
        return
    from core.testing.postgres import postgres

    with postgres() as url, tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder, options.rounds)
        environment |= {"DATABASE_URL": url, MACHINES: str(options.machines)}
        in_child("benchmarks.instances", "made", environment)
        found = in_child("benchmarks.instances", "timed", environment)
    show(found["questions"], f"{options.machines} instances")
    save("instances", {"machines": options.machines, **found})


def made() -> Mapping[str, Any]:
    """So many machines, with 14 days of CPU and a change of state each."""
    set_up()
    from benchmarks.company import copy, write

    now = datetime.now(UTC)
    machines = int(os.environ[MACHINES])
    write(now, machines=machines, per_day=CHARGES)
    from inventory.models import StateChange

    changes = (
        {"resource_id": key, "at": now, "field": "state", "new_value": "running"}
        for key in range(1, machines + 1)
    )
    copy(StateChange, changes)
    session()
    return {}


def timed() -> Mapping[str, Any]:
    return {"questions": all_answered(QUESTIONS)}


def show(found: Mapping[str, Mapping[str, Any]], what: str) -> None:
    print(f"{what} on PostgreSQL; goal: p95 under {GOAL_MS} ms")
    print(
        f"{'':26} {'median':>8} {'p95':>8} {'CPU':>8} {'SQL':>8} {'of SQL':>7} "
        f"{'queries':>8}"
    )
    for name, one in found.items():
        over = "  <- over its goal" if one["p95_ms"] > GOAL_MS else ""
        print(
            f"{name:26} {one['median_ms']:8.1f} {one['p95_ms']:8.1f} "
            f"{one['cpu_ms']:8.1f} {one['sql_ms']:8.1f} {one['of_sql']:6.1f}x "
            f"{one['queries']:8}{over}"
        )


PARTS = {"made": made, "timed": timed}

if __name__ == "__main__":
    main()
