"""What counting queries adds to a request: with the counter and without, in turns.

The demo company on PostgreSQL. Each page is asked in this process, its cache emptied
before, and the processor's time is compared.

    python -m benchmarks.query_statistics [--rounds 40]
"""

import argparse
import io
import os
import statistics
import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from benchmarks.measure import in_child, own_installation, report_child, save

ROUNDS = "BENCHMARK_ROUNDS"
PAGES = ("/", "/costs/", "/resources/", "/syncs/", "/api/v1/costs/trend/")
GOAL_PERCENT = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=["work"])
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    if options.part:
        report_child(work)
        return
    found = measured(options.rounds)
    for page, (without, added, queries) in found["pages"].items():
        print(f"{page:24} {without:7.2f} ms, {queries:3} queries, {added:+.2f}%")
    print(f"one query {found['query_us']:.2f} us, which is at most this of a page:")
    print(f"{found['worst_percent']:.2f}% (goal {GOAL_PERCENT}%)")
    save("query_statistics", found)


def measured(rounds: int) -> dict[str, Any]:
    own = {ROUNDS: str(rounds)}
    with own_installation(**own) as environment:
        return in_child("benchmarks.query_statistics", "work", environment)


def work() -> Mapping[str, Any]:
    import django

    django.setup()
    client, query_us = filled(), one_query() * 1e6
    for page in PAGES:
        ask(client, page)  # imports, templates, plans
    pages = {page: measure(client, page, int(os.environ[ROUNDS])) for page in PAGES}
    worst = max(of * query_us / 10 / ms for ms, _, of in pages.values())
    return {"pages": pages, "query_us": query_us, "worst_percent": worst}


def filled() -> Any:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    call_command("demo", "--days", "60", verbosity=0, stdout=io.StringIO())
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.create_superuser("bench"))
    return client


def measure(client: Any, page: str, rounds: int) -> tuple[float, float, int]:
    """Return milliseconds without, what the counter adds in %, and the queries."""
    from django.db import connection

    from monitoring.database.counting import QueryCounter

    counter = QueryCounter()
    times: dict[bool, list[float]] = {False: [], True: []}
    for number in range(2 * rounds):
        is_counted = bool(number % 2)
        counted: Any = connection.execute_wrapper(counter)
        with counted if is_counted else nullcontext():
            times[is_counted].append(ask(client, page))
    queries = sum(one.count for one in counter.take().tallies.values()) // rounds
    without, with_counter = (statistics.median(times[one]) for one in (False, True))
    return without, (with_counter / without - 1) * 100, queries


def ask(client: Any, page: str) -> float:
    """Return milliseconds of this process's processor time, uncached."""
    from django.core.cache import cache

    cache.clear()
    began = time.process_time()
    answer = client.get(page)
    elapsed = (time.process_time() - began) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{page}: {answer.status_code}")
    return elapsed


def one_query() -> float:
    from monitoring.database.counting import QueryCounter

    counter, calls = QueryCounter(), 100_000

    def nothing(*_: Any) -> None:
        return None

    # As long as Django's are; each call makes its text anew.
    text = "SELECT " + "a long column, " * 40 + "last FROM costs_dailycost WHERE id ="
    began = time.process_time()
    for number in range(calls):
        counter(nothing, text + " " * (number % 50), (), False, {})
    return (time.process_time() - began) / calls


if __name__ == "__main__":
    main()
