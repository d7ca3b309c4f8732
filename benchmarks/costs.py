"""A year of costs at 2,000 rows a day into PostgreSQL, beside plain COPY.

Three ways for the same rows: COPY of text that is ready (the database's own pace),
a first sync's replacement of an empty window, and a second one that replaces it all.

    python -m benchmarks.costs [--days 365] [--rows-a-day 2000] [--rounds 3]
"""

import argparse
import io
import os
import resource
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from benchmarks.measure import save, told
from providers.records import ChargeCategory, CostReading, CostRecord, CostTotalRecord
from providers.windows import Window

START = date(2025, 6, 1)
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
SERVICES = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rows-a-day", type=int, default=2000)
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
    answer = reading(window, rows_a_day)
    paces: dict[str, list[float]] = {"COPY": [], "first sync": [], "again": []}
    for _ in range(rounds):
        paces["COPY"].append(len(answer.rows) / copied(answer.rows))
        first, again = replaced(window, answer)
        paces["first sync"].append(len(answer.rows) / first)
        paces["again"].append(len(answer.rows) / again)
    print(f"{len(answer.rows)} rows: {days} days at {rows_a_day} a day")
    for name, values in paces.items():
        print(f"{name:12} {told([value / 1000 for value in values], 'k rows/s')}")
    pairs = zip(paces["COPY"], paces["first sync"], strict=True)
    print(f"ratio        {told([copy / sync for copy, sync in pairs], 'x')} of COPY")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory  {peak:.0f} MB, the answer included")
    save("costs", {"rows_per_second": paces, "peak_mb": peak})


def reading(window: Window, rows_a_day: int) -> CostReading:
    """Made-up rows that sum to their totals."""
    amount = Decimal("1.2345678901")
    rows = [
        CostRecord(
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
        for day in window.days()
        for number in range(rows_a_day)
    ]
    total = amount * rows_a_day
    totals = [
        CostTotalRecord(day, "USD", total, total, is_estimated=False)
        for day in window.days()
    ]
    return CostReading(totals, rows)


def copied(rows: Iterable[CostRecord]) -> float:
    """Seconds for COPY into a table of the same columns and indexes, text ready."""
    from django.db import connection

    text = io.StringIO(
        "".join(
            f"{n}\t{r.day}\t{r.sub_account_id}\t{r.service}\t{r.region}\t\t"
            f"{r.charge_category}\t{r.currency}\t{r.billed}\t{r.effective}\tf\t1\n"
            for n, r in enumerate(rows)
        )
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS copied")
        cursor.execute("CREATE TABLE copied (LIKE costs_dailycost INCLUDING ALL)")
        started = time.perf_counter()
        cursor.copy_expert("COPY copied FROM STDIN", text)
        return time.perf_counter() - started


def replaced(window: Window, answer: CostReading) -> tuple[float, float]:
    """Seconds to store the answer in an empty window, and to replace it whole."""
    from django.db import transaction

    from costs.sync import replace_costs
    from syncs.claims import claim
    from syncs.models import CloudAccount, Dataset

    CloudAccount.objects.all().delete()
    account = CloudAccount.objects.create(account_id="123456789012", name="benchmark")
    run = claim(account, Dataset.COST, NOW)
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        with transaction.atomic():
            replace_costs(run, window, answer)
        seconds.append(time.perf_counter() - started)
    return seconds[0], seconds[1]


if __name__ == "__main__":
    main()
