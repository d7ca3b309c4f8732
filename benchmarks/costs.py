"""A year of costs at 2,740 rows a day, a million in all, into PostgreSQL.

Each round stores the same rows by plain COPY of text that is ready, into a table with
the same indexes (the database's own pace), and by three syncs: of an empty window, of
one whose amounts have all changed, and of one where none has. A sync's seconds hold all
that it does from the cloud's records on: writing them to disk, restatements, totals and
rollups. What lies between the two is measured: COPY without an index, and the sums of
the rollups by bare SQL.

    python -m benchmarks.costs [--days 365] [--rows-a-day 2000] [--rounds 3]
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import IO

from django.db.backends.utils import CursorWrapper

from benchmarks.measure import save, spread
from core.windows import Window
from providers.records import ChargeCategory, CostReading, CostRecord, CostTotalRecord

# ruff: noqa: S608 (every name that is put into a statement stands in this file)
START = date(2025, 6, 1)
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
SERVICES = 50
AMOUNT = Decimal("1.2345678901")
GOAL, GOAL_MB = 2, 300
COPY = "plain COPY"
PARTS = ("without indexes", "bare sums")
SYNCS = ("first sync", "all changed", "nothing changed")
EMPTY = "TRUNCATE costs_dailycost, costs_costday, costs_costrollup, costs_billday"
KEYS = ("account_id", "charge_category", "service", "region", "sub_account_id")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rows-a-day", type=int, default=2740)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    from core.testing.postgres import postgres

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
    seconds: dict[str, list[float]] = {name: [] for name in (COPY, *PARTS, *SYNCS)}
    with copy_text(window, rows_a_day) as text:
        for _ in range(rounds):
            for name, taken in [*copied(text), *synced(window, rows_a_day)]:
                seconds[name].append(taken)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell(seconds, days * rows_a_day)
    print(f"peak memory      {peak:.0f} MB of the syncs   goal: under {GOAL_MB}")
    save("costs", {"seconds": seconds, "peak_mb": peak})


def tell(seconds: dict[str, list[float]], rows: int) -> None:
    """The pace of COPY, and all else as a multiple of its time in the same round."""
    paces = [rows / taken / 1000 for taken in seconds[COPY]]
    print(f"{rows} rows")
    print(f"{COPY:16} {spread(paces, 'k rows/s')}")
    for name in (*PARTS, *SYNCS):
        pairs = zip(seconds[name], seconds[COPY], strict=True)
        goal = f"   goal: at most {GOAL}" if name in SYNCS else ""
        ratios = [taken / plain for taken, plain in pairs]
        print(f"{name:16} {spread(ratios, 'x')} the time of COPY{goal}")


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


def copy_text(window: Window, rows_a_day: int) -> IO[str]:
    """The same rows as COPY takes them, of the account 1."""
    text = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 the caller's
    for day in window.days():
        text.writelines(
            f"{r.day}\t{r.sub_account_id}\t{r.service}\t{r.region}\t\t"
            f"{r.charge_category}\t{r.currency}\t{r.billed}\t{r.effective}\tf\t1\n"
            for r in records(day, rows_a_day, AMOUNT)
        )
    return text


def copied(text: IO[str]) -> Iterator[tuple[str, float]]:
    """Seconds of COPY, and of each of PARTS."""
    from django.db import connection

    from clouds.models import CloudAccount

    with connection.cursor() as cursor:
        cursor.execute(EMPTY)
        CloudAccount.objects.all().delete()
        CloudAccount.objects.create(pk=1, account_id="123456789012", name="benchmark")
        for name, including in ((PARTS[0], ""), (COPY, "INCLUDING INDEXES")):
            cursor.execute("DROP TABLE IF EXISTS copied")
            cursor.execute(
                "CREATE TABLE copied (LIKE costs_dailycost INCLUDING IDENTITY "
                f"{including})"
            )
            yield name, copy(cursor, "copied", text)
        cursor.execute("SET work_mem = '64MB'; SET max_parallel_workers_per_gather = 0")
        yield PARTS[1], sums(cursor)
        cursor.execute("RESET work_mem; RESET max_parallel_workers_per_gather")
        cursor.execute(f"DROP TABLE copied; {EMPTY}")


def copy(cursor: CursorWrapper, table: str, text: IO[str]) -> float:
    text.seek(0)
    columns = (
        "day, sub_account_id, service, region, resource_group, charge_category, "
        "currency, billed, effective, is_estimated, account_id"
    )
    started = time.perf_counter()
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", text)
    return time.perf_counter() - started


def sums(cursor: CursorWrapper) -> float:
    """Seconds to work out what the rollups hold, and to keep nothing."""
    started = time.perf_counter()
    for key in KEYS:
        cursor.execute(
            f"SELECT day, currency, {key}, SUM(billed), SUM(effective), COUNT(*) "
            f"FROM copied GROUP BY day, currency, {key} OFFSET 1000000000"
        )
    return time.perf_counter() - started


def synced(window: Window, rows_a_day: int) -> Iterator[tuple[str, float]]:
    """Seconds of each of SYNCS, of a new account."""
    from django.db import transaction

    from clouds.models import CloudAccount
    from costs.staging_file import StagingFile
    from costs.sync import replace_costs
    from syncs.datasets import Dataset
    from syncs.runs.claims import claim

    CloudAccount.objects.all().delete()
    account = CloudAccount.objects.create(account_id="123456789012", name="benchmark")
    run = claim(account, Dataset.COST, NOW)
    for name, amount in zip(SYNCS, (AMOUNT, AMOUNT + 1, AMOUNT + 1), strict=True):
        run.started_at += timedelta(hours=1)
        days = readings(window, rows_a_day, amount)
        seconds = 0.0
        with StagingFile(account.pk) as staged:
            for day in days:
                started = time.perf_counter()
                staged.add(day)
                seconds += time.perf_counter() - started
            started = time.perf_counter()
            with transaction.atomic():
                replace_costs(run, window, staged)
            yield name, seconds + time.perf_counter() - started


if __name__ == "__main__":
    main()
