"""How fast system metrics are recorded and summed up.

PostgreSQL with 30 days of points of many series, one a minute. One client records
batches of new points over the API, beside bare COPY of the same rows; then it asks for
aggregates of 30 days, and for pages of points.

    python -m benchmarks.system_metrics [--points 10000000] [--batches 20]
"""

import argparse
import io
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from benchmarks.measure import in_child, report_child, save
from benchmarks.pages import surroundings

POINTS, BATCHES = "BENCHMARK_POINTS", "BENCHMARK_BATCHES"
DAYS, MINUTES = 30, 30 * 24 * 60
HOSTS, BATCH = 100, 10_000
GOAL_POINTS, GOAL_MS, GOAL_CACHED_MS = 5000, 50, 5
ADDRESS = "/api/v1/monitoring/metrics/"
MIDNIGHT = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
FIRST = MIDNIGHT - timedelta(days=DAYS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=["work"])
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--batches", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    if options.part:
        report_child(work)
        return
    from core.testing.postgres import postgres

    with postgres() as url, tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder, options.rounds) | {"DATABASE_URL": url}
        environment |= {POINTS: str(options.points), BATCHES: str(options.batches)}
        found = in_child("benchmarks.system_metrics", "work", environment)
    print(f"{found['points']:,} points of {found['series']} series in {DAYS} days")
    print(
        f"recorded {found['per_second']:,.0f} points/s, goal {GOAL_POINTS:,}; "
        f"COPY without sums {found['copy_per_second']:,.0f}"
    )
    for name, (p50, p95, busy) in found["asked"].items():
        print(f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, processor {busy:.1f} ms")
    print(f"goals: p95 {GOAL_MS} ms, cached {GOAL_CACHED_MS} ms")
    save("system_metrics", found)


def work() -> Mapping[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    series = max(int(os.environ[POINTS]) // MINUTES, 1)
    fill(series)
    per_second, copied = recorded(int(os.environ[BATCHES]))
    return {
        **{"points": series * MINUTES, "series": series},
        **{"per_second": per_second, "copy_per_second": copied},
        "asked": asked(series // 10, int(os.environ["BENCHMARK_ROUNDS"])),
    }


def fill(count: int) -> None:
    """Store the series, their points by SQL, and the sums of the same values."""
    from django.db import connection

    from core.windows import ONE_DAY
    from monitoring.metrics.models import MetricSeries
    from monitoring.metrics.partitions import ensure_partitions
    from monitoring.metrics.points import digest_of, labels_text

    ensure_partitions({(FIRST + ONE_DAY * n).date() for n in range(DAYS + 1)})
    names = [
        (f"load{n // 10}", {"host": f"web-{n % 10}", "team": f"t{n % 3}"})
        for n in range(count)
    ]
    made = MetricSeries.objects.bulk_create(
        MetricSeries(
            name=name,
            labels=labels,
            labels_digest=digest_of(labels_text(labels)),
            created_at=FIRST,
            changed_at=MIDNIGHT,
        )
        for name, labels in names
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO monitoring_metricpoint SELECT s.id, at, "
            "100 * abs(sin(s.id + extract(epoch FROM at))) FROM monitoring_metricseries"
            " s, generate_series(%s, %s, interval '1 minute') at",
            [FIRST, MIDNIGHT - timedelta(minutes=1)],
        )
    for one in made:
        sum_up(one.pk)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def sum_up(series: int) -> None:
    """Store the sums of one series, as recording its points would have."""
    from monitoring.metrics.models import MetricPoint
    from monitoring.metrics.record import _add_to_rollups

    rows = MetricPoint.objects.filter(series=series).order_by()
    values = rows.values_list("recorded_at", "value")
    _add_to_rollups({(series, at): value for at, value in values})


def recorded(batches: int) -> tuple[float, float]:
    """Return the points a second that one client records, and that COPY takes."""
    from django.db import connection

    from users.roles import Role
    from users.testing import person, session_of

    client = session_of(person(Role.OPERATOR))
    draw = random.Random(1)
    minutes = BATCH // HOSTS
    bodies = [
        [
            {
                "name": "requests_per_second",
                "value": draw.expovariate(0.01),
                "labels": {"host": f"web-{host}"},
                "unit": "1/s",
                "recorded_at": (
                    MIDNIGHT - timedelta(minutes=batch * minutes + minute + 1)
                ).isoformat(),
            }
            for minute in range(minutes)
            for host in range(HOSTS)
        ]
        for batch in range(batches)
    ]
    started = time.perf_counter()
    for body in bodies:
        assert client.post(f"{ADDRESS}batch/", body).status_code == 201
    took = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (LIKE monitoring_metricpoint INCLUDING ALL)")
        lines = "".join(
            f"{n % HOSTS}\t{one['recorded_at']}\t{one['value']}\n"
            for n, one in enumerate(one for body in bodies for one in body)
        )
        copying = time.perf_counter()
        cursor.copy_expert("COPY bare FROM STDIN", io.StringIO(lines))
        copied = time.perf_counter() - copying
    return batches * BATCH / took, batches * BATCH / copied


def asked(names: int, rounds: int) -> dict[str, tuple[float, float, float]]:
    """Return the median and 95th percentile in ms of each question, and what it takes
    of the processor beside PostgreSQL."""
    from users.testing import viewer

    client, draw = viewer(), random.Random(2)

    def aggregate(**more: str) -> Callable[[], str]:
        def address() -> str:
            # Another address each time, so that none is answered from the cache.
            start = FIRST - timedelta(days=draw.randrange(50))
            given = {
                "name": f"load{draw.randrange(names)}",
                "start": iso(start),
                **more,
            }
            given["end"] = iso(MIDNIGHT + timedelta(days=draw.randrange(10)))
            return f"{ADDRESS}aggregate/?{urlencode(given)}"

        return address

    one = f"labels=host=web-{draw.randrange(10)}"
    questions: dict[str, Callable[[], str]] = {
        "30 days by hour, 1 series": aggregate(interval="hour", labels="host=web-3"),
        "30 days by day, 1 series": aggregate(labels="host=web-3"),
        "30 days by day, 10 series": aggregate(),
        "30 days by hour, 10 series": aggregate(interval="hour"),
        "a page of points of 1 series": lambda: (
            f"{ADDRESS}?name=load{draw.randrange(names)}&{one}"
        ),
        "cached": lambda: f"{ADDRESS}aggregate/?name=load1",
    }
    found = {}
    for name, address in questions.items():
        times, busy = [], []
        for _ in range(rounds + 3):
            path = address()
            started, working = time.perf_counter(), time.process_time()
            response = client.get(path)
            times.append((time.perf_counter() - started) * 1000)
            busy.append((time.process_time() - working) * 1000)
            assert response.status_code == 200, response.content
        times = times[3:]
        p95 = statistics.quantiles(times, n=20)[-1]
        found[name] = (statistics.median(times), p95, statistics.median(busy))
    return found


def iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


if __name__ == "__main__":
    main()
