"""A year of costs at 2,740 rows a day, a million in all, into PostgreSQL.

Four ways for the same rows: COPY of text that is ready (the database's own pace), a
first sync's replacement of an empty window, a second one that finds every amount
changed, and a third that finds none. A sync's seconds hold all that it does from the
cloud's records on: spooling them to disk, restatements, totals and rollups.

    python -m benchmarks.costs [--days 365] [--rows-a-day 2000] [--rounds 3]
"""

import argparse
import io
import os
import resource
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from benchmarks.measure import save, told
from providers.records import ChargeCategory, CostReading, CostRecord, CostTotalRecord
from providers.windows import Window

START = date(2025, 6, 1)
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
SERVICES = 50
AMOUNT = Decimal("1.2345678901")
GOAL, GOAL_MB = 2, 300
SYNCS = ("first sync", "all changed", "nothing changed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rows-a-day", type=int, default=2740)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    from tests.postgres import postgres

    with postgres() as url:
        os.environ.update(
            DATABASE_URL=url, ENV_FILE="", DJANGO_SETTINGS_MODULE="cloudintel.settings"
        )
        compare(options.days, options.rows_a_day, options.rounds)


def compare(days: int, rows_a_day: int, rounds: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    window = Window(START, START + timedelta(days=days))
    rows = days * rows_a_day
    paces: dict[str, list[float]] = {name: [] for name in ("COPY", *SYNCS)}
    for _ in range(rounds):
        for name, seconds in zip(SYNCS, synced(window, rows_a_day), strict=True):
            paces[name].append(rows / seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    text = copy_text(window, rows_a_day)
    for _ in range(rounds):
        paces["COPY"].append(rows / copied(text))
    print(f"{rows} rows: {days} days at {rows_a_day} a day")
    for name, values in paces.items():
        print(f"{name:16} {told([value / 1000 for value in values], 'k rows/s')}")
    for name in SYNCS:
        pairs = zip(paces["COPY"], paces[name], strict=True)
        ratios = [copy / sync for copy, sync in pairs]
        print(f"{name:16} {told(ratios, 'x')} the time of COPY   goal: at most {GOAL}")
    print(f"peak memory      {peak:.0f} MB of the syncs   goal: under {GOAL_MB}")
    save("costs", {"rows_per_second": paces, "peak_mb": peak})


def readings(
    window: Window, rows_a_day: int, amount: Decimal = AMOUNT
) -> Iterator[CostReading]:
    """Made-up rows that sum to their totals, a day at a time."""
    for day in window.days():
        total = amount * rows_a_day
        rows = list(records(day, rows_a_day, amount))
        yield CostReading([CostTotalRecord(day, "USD", total, total, False)], rows)


def records(day: date, rows_a_day: int, amount: Decimal) -> Iterator[CostRecord]:
    for number in range(rows_a_day):
        yield CostRecord(
            day=day,
            sub_account_id=f"{number // SERVICES:012}",
            service=f"Service {number % SERVICES}",
            region="us-east-1",
            charge_category=ChargeCategory.USAGE,
            currency="USD",
            billed=amount,
            effective=amount,
            is_estimated=False,
        )


def copy_text(window: Window, rows_a_day: int) -> io.StringIO:
    """The same rows as COPY takes them."""
    rows = (row for day in window.days() for row in records(day, rows_a_day, AMOUNT))
    return io.StringIO(
        "".join(
            f"{n}\t{r.day}\t{r.sub_account_id}\t{r.service}\t{r.region}\t\t"
            f"{r.charge_category}\t{r.currency}\t{r.billed}\t{r.effective}\tf\t1\n"
            for n, r in enumerate(rows)
        )
    )


def copied(text: io.StringIO) -> float:
    """Seconds for COPY into a table of the same columns and indexes, text ready."""
    from django.db import connection

    text.seek(0)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS copied")
        cursor.execute("CREATE TABLE copied (LIKE costs_dailycost INCLUDING ALL)")
        started = time.perf_counter()
        cursor.copy_expert("COPY copied FROM STDIN", text)
        return time.perf_counter() - started


def synced(window: Window, rows_a_day: int) -> Iterator[float]:
    """Seconds of each of SYNCS, of a new account."""
    from django.db import transaction

    from costs.spool import Spool
    from costs.sync import replace_costs
    from syncs.claims import claim
    from syncs.models import CloudAccount, Dataset

    CloudAccount.objects.all().delete()
    account = CloudAccount.objects.create(account_id="123456789012", name="benchmark")
    run = claim(account, Dataset.COST, NOW)
    for amount in (AMOUNT, AMOUNT + 1, AMOUNT + 1):
        run.started_at += timedelta(hours=1)
        days = readings(window, rows_a_day, amount)
        seconds = 0.0
        with Spool(account.pk) as spool:
            for day in days:
                started = time.perf_counter()
                spool.add(day)
                seconds += time.perf_counter() - started
            started = time.perf_counter()
            with transaction.atomic():
                replace_costs(run, window, spool)
            yield seconds + time.perf_counter() - started


if __name__ == "__main__":
    main()
