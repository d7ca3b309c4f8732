"""How fast trends, summaries and the summary page are read over millions of rows.

PostgreSQL with 400 days of bills, of 100 accounts for each million rows: each question
is asked of the whole server, but without a socket between, as the user of a token.
Three ways: worked out by the database (the cache is emptied before), from the cache,
and as 304. Beside it the bare SQL
of the trend on its best table through the same driver. Growth from the fewest rows to
the most is given of the median, and of the web process's CPU, which other work of the
machine lengthens less. With fewer than 20 rounds p95 is the slowest.

    python -m benchmarks.reads [--rows 1000000 10000000] [--rounds 40] [--with-payer]
"""

import argparse
import io
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.measure import in_child, own_installation, report_child, save

ROWS, ROUNDS, PAYER = "BENCHMARK_ROWS", "BENCHMARK_ROUNDS", "BENCHMARK_PAYER"
TODAY = datetime.now(UTC).date()
YEAR = f"start={TODAY - timedelta(days=365)}&end={TODAY}"
SHORT, LONG, PAGE = "trend, 30 days", "trend, 365 days", "summary page"
DASHBOARD = "dashboard summary"
QUESTIONS = {
    SHORT: ("/api/v1/costs/trend/", "group_by=service"),
    LONG: ("/api/v1/costs/trend/", f"group_by=service&{YEAR}"),
    "trend, 30 days by account": (
        "/api/v1/costs/trend/",
        "group_by=account&limit=10",
    ),
    "summary": ("/api/v1/costs/summary/", ""),
    DASHBOARD: ("/api/v1/dashboard/summary/", ""),
    "rows, 1,000": ("/api/v1/costs/", "page_size=1000"),
    "costs page": ("/costs/", ""),
    PAGE: ("/", ""),
}
WAYS = ("made", "cached")
WAYS_HEAD = " ".join(f"{way:>7} {'p95':>7} {'of SQL':6}" for way in WAYS)
# What is bare of each: the days that are summed.
BARE = {SHORT: 30, LONG: 365}
GOALS_MS = {SHORT: 10, LONG: 50, PAGE: 150, DASHBOARD: 50}
GOAL_CACHED_MS, GOAL_304_MS, GOAL_GROWTH, GOAL_MB = 3, 1.5, 1.3, 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--with-payer", action="store_true")
    options = parser.parse_args()
    if options.part:
        report_child(PARTS[options.part])
        return
    found = {
        rows: measured(rows, options.rounds, with_payer=options.with_payer)
        for rows in options.rows
    }
    for rows, figures in found.items():
        show(rows, figures)
    if len(found) > 1:
        show_growth(*(found[rows]["questions"] for rows in (min(found), max(found))))
    save("reads", {str(rows): figures for rows, figures in found.items()})


def measured(rows: int, rounds: int, *, with_payer: bool) -> dict[str, Any]:
    own = {ROWS: str(rows), ROUNDS: str(rounds), PAYER: str(int(with_payer))}
    with own_installation(**own) as environment:
        filled = in_child("benchmarks.reads", "fill", environment)
        return in_child("benchmarks.reads", "timed", environment) | {
            "fill_seconds": filled["seconds"]
        }


def fill() -> Mapping[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.bills import write

    call_command("migrate", verbosity=0)
    write(TODAY, int(os.environ[ROWS]), with_payer=os.environ[PAYER] == "1")
    return {}


def timed() -> Mapping[str, Any]:
    """Every question's times, and the memory of the process that answered them."""
    import django

    django.setup()
    from django.contrib.auth.models import User

    from users.tokens import make_token

    user = User.objects.create_superuser("ada")
    asked = Asker(make_token(user, 1)[1], session_of(user))
    rounds = int(os.environ[ROUNDS])
    found = {name: answered(asked, name, rounds) for name in QUESTIONS}
    return {"questions": found}


def session_of(user: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client.cookies["cloudintel_session"].value


class Asker:
    """Asks the server as gunicorn does; pages by session, the API by token."""

    def __init__(self, token: str, session: str) -> None:
        from cloudintel.wsgi import application

        self.server: Any = application
        self.who = {
            True: {"HTTP_AUTHORIZATION": f"Token {token}"},
            False: {"HTTP_COOKIE": f"cloudintel_session={session}"},
        }

    def ask(self, path: str, query: str, **headers: str) -> tuple[str, str, bytes]:
        """Its status, its ETag and its body."""
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "HTTP_ACCEPT_ENCODING": "gzip",
            **self.who[path.startswith("/api/")],
            **headers,
        }
        heads: list[Any] = []
        answer: Any = self.server(environ, lambda *given: heads.extend(given))
        body = b"".join(answer)
        answer.close()
        return heads[0], dict(heads[1]).get("ETag", ""), body


def answered(asked: Asker, name: str, rounds: int) -> dict[str, Any]:
    from django.core.cache import cache

    path, query = QUESTIONS[name]
    status, etag, body = asked.ask(path, query)
    assert status.startswith("200"), f"{path}: {status}"
    found: dict[str, Any] = {"kb": len(body) / 1024}
    found["made"] = times(lambda: asked.ask(path, query), rounds, before=cache.clear)
    found["cached"] = times(lambda: asked.ask(path, query), rounds * 2)
    if etag:
        held = {"HTTP_IF_NONE_MATCH": etag}
        status = asked.ask(path, query, **held)[0]
        assert status.startswith("304"), f"{path}: {status}"
        found["304"] = times(lambda: asked.ask(path, query, **held), rounds * 2)
    if days := BARE.get(name):
        found["bare"] = times(lambda: bare(days), rounds)
        found["made"]["of_sql"] = found["made"]["p95"] / found["bare"]["p95"]
    return found


def bare(days: int) -> None:
    """The sums of the trend alone, fetched."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, service, day, SUM(billed) FROM costs_costrollup WHERE "
            "dimension = 'service' AND day >= %s AND day < %s GROUP BY 1, 2, 3 "
            "ORDER BY 3, 2",
            [TODAY - timedelta(days=days), TODAY],
        )
        cursor.fetchall()


def times(
    work: Callable[[], object], rounds: int, before: Callable[[], object] = lambda: None
) -> dict[str, float]:
    """Milliseconds by the clock and of this process's CPU."""
    clock, cpu = [], []
    for _ in range(rounds):
        before()
        started, busy = time.perf_counter(), time.process_time()
        work()
        clock.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - busy) * 1000)
    clock.sort()
    return {
        "median": statistics.median(clock),
        "least": clock[0],
        "p95": clock[int(len(clock) * 0.95)],
        "cpu": statistics.median(cpu),
    }


def show(rows: int, figures: Mapping[str, Any]) -> None:
    """A line per question; what misses its goal is marked."""
    over = "  OVER" if figures["peak_mb"] > GOAL_MB else ""
    print(
        f"\n{rows:,} rows, filled in {figures['fill_seconds']:.0f} s; "
        f"the process took {figures['peak_mb']:.0f} MB{over}"
    )
    print(f"{'ms, and p95':26} {WAYS_HEAD} {'304':>6} {'KB':>6}")
    for name, one in figures["questions"].items():
        ways = " ".join(described(one[way]) for way in WAYS)
        same = one.get("304", {}).get("median", 0)
        goals = [*missed(name, one)]
        print(
            f"{name:26} {ways} {same:6.2f} {one['kb']:6.1f}"
            + (f"  OVER: {', '.join(goals)}" if goals else "")
        )


def described(way: Mapping[str, float]) -> str:
    """Median, p95, and how many times the bare SQL."""
    of_sql = f"{way['of_sql']:5.1f}x" if "of_sql" in way else ""
    return f"{way['median']:7.2f} {way['p95']:7.2f} {of_sql:6}"


def missed(name: str, one: Mapping[str, Any]) -> Iterator[str]:
    """Which goals the question misses."""
    if name in BARE:
        if one["made"]["p95"] > GOALS_MS[name]:
            yield "p95 made"
        if one["cached"]["median"] > GOAL_CACHED_MS:
            yield "cached"
    elif one["made"]["median"] > GOALS_MS.get(name, float("inf")):
        yield "made"
    if one.get("304", {}).get("median", 0) > GOAL_304_MS:
        yield "304"


def show_growth(small: Mapping[str, Any], large: Mapping[str, Any]) -> None:
    print(f"\nfrom the fewest rows to the most; goal of trends {GOAL_GROWTH} x")
    print(f"{'':26} {'median':>8} {'CPU':>8} {'SQL':>8}")
    for name, one in large.items():
        ways = {"median": ("made", "median"), "CPU": ("made", "cpu")}
        if name in BARE:
            ways["SQL"] = ("bare", "median")
        growth = {
            way: one[kind][figure] / small[name][kind][figure]
            for way, (kind, figure) in ways.items()
        }
        over = "  OVER" if name in BARE and growth["median"] > GOAL_GROWTH else ""
        print(f"{name:26} {' '.join(f'{of:6.2f} x' for of in growth.values())}{over}")


PARTS = {"fill": fill, "timed": timed}

if __name__ == "__main__":
    main()
