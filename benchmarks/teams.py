"""How fast rules give costs to teams: 30 days of a million rows of cost.

PostgreSQL with the bills of 1,333 accounts of 25 services. `team_costs` answers what
each team pays per day, and what no rule covers, beside the floor: the bare sum of the
same rows by day and by the columns that the rules look at, through the same driver.

    python -m benchmarks.teams [--rows 1000000] [--rounds 10]
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from benchmarks.measure import in_child, own_installation, report_child, save

ROWS, ROUNDS = "BENCHMARK_ROWS", "BENCHMARK_ROUNDS"
TODAY = datetime.now(UTC).date()
DAYS, TEAMS = 30, 20
# By what the rules tell costs apart -> the columns of the floor.
CASES = {
    "by service": "service",
    "by account": "sub_account_id",
    "by service and account": "service, sub_account_id",
}
GOAL_SECONDS = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=["work"])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    if options.part:
        report_child(work)
        return
    found = measured(options.rows, options.rounds)
    print(f"{options.rows:,} rows in {DAYS} days, {TEAMS} rules; goal {GOAL_SECONDS} s")
    for name, (median, slowest, floor) in found["cases"].items():
        ratio = f"{median / floor:.1f}x the sums alone ({floor:.2f} s)"
        print(f"{name:24} p50 {median:.2f} s, slowest {slowest:.2f} s, {ratio}")
    save("teams", found)


def measured(rows: int, rounds: int) -> dict[str, Any]:
    own = {ROWS: str(rows), ROUNDS: str(rounds)}
    with own_installation(**own) as environment:
        return in_child("benchmarks.teams", "work", environment)


def work() -> Mapping[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.bills import write

    call_command("migrate", verbosity=0)
    write(TODAY, int(os.environ[ROWS]), with_payer=False, days=DAYS)
    rounds = int(os.environ[ROUNDS])
    return {"cases": {name: timed(name, rounds) for name in CASES}}


def timed(name: str, rounds: int) -> tuple[float, float, float]:
    """The median and the slowest of the rounds, and the median of the floor's."""
    make_rules(name)
    times = [seconds_of(allocate) for _ in range(rounds + 1)][1:]
    floor = [seconds_of(lambda: sum_alone(CASES[name])) for _ in range(rounds)]
    return statistics.median(times), max(times), statistics.median(floor)


def make_rules(name: str) -> None:
    """Rules that give most of it to teams, the services or accounts to each in turn."""
    from clouds.models import CloudAccount
    from costs.allocation.testing import team_rule
    from costs.models import DailyCost, TeamRule

    TeamRule.objects.all().delete()
    services = sorted({*DailyCost.objects.values_list("service", flat=True)[:10_000]})
    accounts = list(CloudAccount.objects.values_list("account_id", flat=True))
    for number in range(TEAMS):
        conditions = {}
        if "service" in name:
            conditions["services"] = services[number :: TEAMS + 1]
        if "account" in name:
            conditions["sub_accounts"] = accounts[number :: TEAMS + 1]
        shares = {f"Team {number}": "60", f"Team {(number + 1) % TEAMS}": "40"}
        team_rule(number, to=shares, **conditions)


def allocate() -> None:
    from django.utils import timezone

    from costs.allocation.team_costs import team_costs
    from costs.models import BillSpan, CostTotal, DailyCost
    from costs.queries.query import CostQuery
    from costs.queries.source import CostSource

    query = CostQuery.from_values({"currency": "USD"}, timezone.now())
    # Of users who see some accounts, whom no rollup answers.
    source = CostSource(
        DailyCost.objects.all(),
        CostTotal.objects.all(),
        bill_spans=BillSpan.objects.all(),
    )
    found = team_costs(query, source.in_currency("USD"))
    assert found.reconciled, (found.trend.total, found.bill)


def sum_alone(columns: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        # Columns of this file.
        statement = f"SELECT day, {columns}, SUM(billed) FROM costs_dailycost"  # noqa: S608
        cursor.execute(f"{statement} GROUP BY day, {columns}")
        cursor.fetchall()


def seconds_of(do: Callable[[], None]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
