"""How fast statistics of feedback are answered, and how often from the cache.

PostgreSQL with feedback of many users on many anomalies. Readers ask for the statistics
of all, and of single anomalies, as pages do; now and then one of them rates something,
which makes earlier answers stale.

    python -m benchmarks.feedback [--rows 100000] [--requests 2000]
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.measure import in_child, own_installation, report_child, save

ROWS, REQUESTS = "BENCHMARK_ROWS", "BENCHMARK_REQUESTS"
USERS, READERS = 100, 5
# One in so many requests rates something; people read far more than they write.
READS_PER_WRITE = 200
GOAL_HIT_RATE = 0.9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=["work"])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=2000)
    options = parser.parse_args()
    if options.part:
        report_child(work)
        return
    found = measured(options.rows, options.requests)
    print(f"{options.rows:,} rows, a rating in {READS_PER_WRITE} requests")
    print(f"hit rate {found['hit_rate']:.1%}; goal {GOAL_HIT_RATE:.0%}")
    print(f"p50 {found['hit_ms']:.1f} ms, computed again {found['miss_ms']:.1f} ms")
    save("feedback", found)


def measured(rows: int, requests: int) -> dict[str, Any]:
    own = {ROWS: str(rows), REQUESTS: str(requests)}
    with own_installation(**own) as environment:
        return in_child("benchmarks.feedback", "work", environment)


def work() -> Mapping[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    keys = fill(int(os.environ[ROWS]))
    return asked(keys, int(os.environ[REQUESTS]))


def fill(rows: int) -> list[int]:
    """Store the feedback; return the keys of the anomalies that it is of."""
    from django.contrib.auth.models import User

    from clouds.testing import account
    from insights.models import Anomaly, Feedback
    from insights.testing import found

    chance, now = random.Random(1), datetime.now(UTC)  # noqa: S311 - no secret
    owner = account()
    anomalies = Anomaly.objects.bulk_create(
        found(
            account=owner,
            scope="service",
            service=f"S{at}",
            first_day=now.date() - timedelta(days=9),
            detected_at=now,
            impact=Decimal(100),
        )
        for at in range(max(1, rows // USERS))
    )
    people = User.objects.bulk_create(User(username=f"u{n}") for n in range(USERS))
    Feedback.objects.bulk_create(
        (
            Feedback(
                anomaly=one,
                user=user,
                rating=chance.randint(1, 5),
                created_at=now,
                updated_at=now,
            )
            for one in anomalies
            for user in people
        ),
        batch_size=5000,
    )
    return [one.pk for one in anomalies]


def asked(keys: list[int], requests: int) -> dict[str, float]:
    from insights.testing import somebody
    from users.testing import session_of

    chance = random.Random(2)  # noqa: S311 - no secret
    readers = [session_of(somebody("operator")) for _ in range(READERS)]
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(requests):
        client, one = chance.choice(readers), keys[number % min(5, len(keys))]
        if number and number % READS_PER_WRITE == 0:
            body = {"anomaly": one, "rating": chance.randint(1, 5)}
            client.post("/api/v1/feedback/rate/", body, format="json")
        before, began = hits(), time.perf_counter()
        query = {"anomaly": one} if number % 2 else {}
        client.get("/api/v1/feedback/stats/", query)
        times[hits() > before].append((time.perf_counter() - began) * 1000)
    return {
        "hit_rate": len(times[True]) / requests,
        "hit_ms": statistics.median(times[True]),
        "miss_ms": statistics.median(times[False]),
    }


def hits() -> float:
    from core.api.cache import LOOKUPS

    return float(LOOKUPS.labels("feedback-stats", "hit")._value.get())


if __name__ == "__main__":
    main()
