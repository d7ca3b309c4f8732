"""Whether costs should be partitioned by month: one table beside one in partitions.

Both hold the same rows with the same indexes in one PostgreSQL, and take turns: COPY of
all rows, a page of the list, the sums of thirty days and of one member's year, a sync's
replacement of an account's thirty days, and a month that goes: by DELETE and VACUUM, or
with its partition. Then what `prune` takes for a month.

    python -m benchmarks.partitions [--rows 3000000] [--rounds 5]
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from benchmarks.measure import in_child, report_child, save, spread
from benchmarks.pages import surroundings

# ruff: noqa: S608 (every name that is put into a statement stands in this file)
ROWS, ROUNDS = "BENCHMARK_ROWS", "BENCHMARK_ROUNDS"
TODAY = datetime.now(UTC).date()
ACCOUNT, MEMBER = 7, "000000000007"
SOURCE, ONE, PARTED = "costs_dailycost", "one_table", "in_partitions"
NATURAL_KEY = (
    "account_id, day, sub_account_id, service, region, resource_group, "
    "charge_category, currency"
)
COLUMNS = f"{NATURAL_KEY}, billed, effective, is_estimated"
INDEXES = [
    f"UNIQUE INDEX {{table}}_key ON {{table}} ({NATURAL_KEY})",
    "INDEX {table}_service ON {table} (day, service)",
    "INDEX {table}_newest ON {table} (day DESC, account_id)",
    "INDEX {table}_member ON {table} (sub_account_id, day)",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=["measured"])
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.part:
        report_child(measured)
        return
    from core.testing.postgres import postgres

    with postgres() as url, tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder, options.rounds) | {"DATABASE_URL": url}
        environment[ROWS] = str(options.rows)
        found = in_child("benchmarks.partitions", "measured", environment)["found"]
    show(found, options.rows)
    save("partitions", {"rows": options.rows, **found})


def measured() -> Mapping[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.bills import write

    call_command("migrate", verbosity=0)
    write(TODAY, int(os.environ[ROWS]), with_payer=False)
    make_tables()
    found: dict[str, dict[str, list[float]]] = {"load": loaded()}
    for name, ask in QUESTIONS.items():
        found[name] = in_turns(ask, int(os.environ[ROUNDS]))
    found["a month goes"] = pruned()
    found |= {name: {SOURCE: [took]} for name, took in by_prune(month(-5)).items()}
    return {"found": found}


def make_tables() -> None:
    """Both, empty and with the same indexes; a partition for each month."""
    run(
        f"CREATE TABLE {ONE} (LIKE {SOURCE} INCLUDING DEFAULTS, PRIMARY KEY (id))",
        # A partitioned table's keys hold the column that it is partitioned by.
        f"CREATE TABLE {PARTED} (LIKE {SOURCE} INCLUDING DEFAULTS, "
        "PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
        *(
            f"CREATE TABLE {partition(back)} PARTITION OF {PARTED} "
            f"FOR VALUES FROM ('{month(back)}') TO ('{month(back + 1)}')"
            for back in range(-14, 1)
        ),
        *(f"CREATE {of.format(table=table)}" for table in BOTH for of in INDEXES),
        # Before PostgreSQL 17 a partitioned table numbers no rows by itself.
        *(
            f"ALTER TABLE {table} ALTER id SET DEFAULT "
            f"nextval(pg_get_serial_sequence('{SOURCE}', 'id'))"
            for table in BOTH
        ),
    )


def loaded() -> dict[str, list[float]]:
    """Seconds of COPY of all rows from the server's own file, each table first once."""
    file = f"'{run('SHOW data_directory')[0][0]}/rows.copy'"
    run(f"COPY {SOURCE} TO {file}")
    found: dict[str, list[float]] = {table: [] for table in BOTH}
    for tables in (BOTH, BOTH[::-1]):
        run(*(f"TRUNCATE {table}" for table in BOTH), "CHECKPOINT")
        for table in tables:
            took = seconds(partial(run, f"COPY {table} FROM {file}"))
            found[table].append(took)
    run(*(f"VACUUM ANALYZE {table}" for table in BOTH))
    return found


def in_turns(ask: Callable[[str], None], rounds: int) -> dict[str, list[float]]:
    """Seconds of each table; the first of each warms it."""
    found: dict[str, list[float]] = {table: [] for table in BOTH}
    for number in range(rounds + 1):
        for table in BOTH:
            took = seconds(partial(ask, table))
            if number:
                found[table].append(took)
    return found


def page(table: str) -> None:
    run(f"SELECT * FROM {table} ORDER BY day DESC, {NATURAL_KEY_ORDER} LIMIT 101")


def thirty_days(table: str) -> None:
    run(
        f"SELECT service, sub_account_id, SUM(billed) FROM {table} "
        f"WHERE day >= '{TODAY - timedelta(days=30)}' AND day < '{TODAY}' GROUP BY 1, 2"
    )


def member_year(table: str) -> None:
    run(
        f"SELECT day, service, SUM(billed) FROM {table} WHERE "
        f"sub_account_id = '{MEMBER}' AND day >= '{TODAY - timedelta(days=365)}' "
        "GROUP BY 1, 2"
    )


def replaced(table: str) -> None:
    """An account's thirty days, of which every amount changed, by an upsert."""
    start = TODAY - timedelta(days=30)
    run(
        f"INSERT INTO {table} AS held ({COLUMNS}) SELECT {NATURAL_KEY}, billed + 1, "
        f"effective, is_estimated FROM {table} "
        f"WHERE account_id = {ACCOUNT} AND day >= '{start}' AND day < '{TODAY}' "
        f"ON CONFLICT ({NATURAL_KEY}) DO UPDATE SET billed = excluded.billed "
        "WHERE held.billed <> excluded.billed"
    )


def pruned() -> dict[str, list[float]]:
    """Seconds until the rows of a month and their room are gone."""
    gone = month(-3)
    return {
        ONE: [seconds(lambda: run(delete_from(ONE, gone), f"VACUUM {ONE}"))],
        PARTED: [
            seconds(
                lambda: run(
                    f"ALTER TABLE {PARTED} DETACH PARTITION {partition(-3)}",
                    f"DROP TABLE {partition(-3)}",
                )
            )
        ],
    }


def by_prune(gone: date) -> dict[str, float]:
    """Seconds of `prune` in all, and of them those until its file is read back."""
    from archives.models import Table
    from archives.prune import Month, prune
    from archives.schemas import TABLES
    from users.audit import Actor

    rows = TABLES[Table.COST].of_month(gone).count()
    began, steps = time.perf_counter(), {}

    def note(step: str) -> None:
        steps[step.split()[0]] = time.perf_counter() - began

    with tempfile.TemporaryDirectory() as folder:
        prune(
            Month(Table.COST, gone, rows),
            folder,
            datetime.now(UTC),
            Actor(None, ""),
            note,
        )
    whole = time.perf_counter() - began
    return {"prune": whole, "of it, DELETE": whole - steps["deleting"]}


def delete_from(table: str, gone: date) -> str:
    from core.windows import add_months

    until = add_months(gone, 1)
    return f"DELETE FROM {table} WHERE day >= '{gone}' AND day < '{until}'"


def month(back: int) -> date:
    from core.windows import add_months, first_of_month

    return add_months(first_of_month(TODAY), back)


def partition(back: int) -> str:
    return f"{PARTED}_{month(back):%Y_%m}"


def run(*queries: str) -> list[Any]:
    """One after another; answers the rows of the last."""
    from django.db import connection

    rows: list[Any] = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query)
            rows = cursor.fetchall() if cursor.description else []
    return rows


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def show(found: Mapping[str, Mapping[str, Sequence[float]]], rows: int) -> None:
    print(f"{rows:,} rows; a month is a thirteenth of them")
    for name, tables in found.items():
        times = "  ".join(
            f"{table}: {spread([value * 1000 for value in values], 'ms')}"
            for table, values in tables.items()
        )
        ratio = ""
        if len(tables) > 1:
            ratios = [
                parted / one
                for one, parted in zip(tables[ONE], tables[PARTED], strict=True)
            ]
            ratio = f"  in partitions {spread(ratios, 'x')}"
        print(f"{name:24} {times}{ratio}")


BOTH = (ONE, PARTED)
NATURAL_KEY_ORDER = NATURAL_KEY.replace("day, ", "")
QUESTIONS: Mapping[str, Callable[[str], None]] = {
    "a page of the list": page,
    "sums of thirty days": thirty_days,
    "a member's year": member_year,
    "a window is replaced": replaced,
}

if __name__ == "__main__":
    main()
