"""Stored costs as a file of FOCUS: lines where there are any, else by day and service.

A day of a bill is in the file once, so that the file sums to the ledger.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import duckdb
from django.db.models import Q, QuerySet

from clouds.models import CloudAccount
from clouds.registry import CloudKind
from core.drafts import draft_beside
from core.windows import Window, add_months
from costs.focus.columns import FOCUS, as_text, of_costs, of_lines
from costs.lines.engine import DuckDb, LinesFailed, first_line, literal
from costs.lines.line_source import uncovered, within
from costs.lines.models import LineItemMonth
from costs.models import DailyCost

# ruff: noqa: S608 - statements are of our own columns and literals
WRITTEN = {
    "csv": "FORMAT csv, HEADER",
    "csv.gz": "FORMAT csv, HEADER, COMPRESSION gzip",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}
# Columns of a day's costs -> where they are.
COSTS = {
    "account_id": "account__account_id",
    "account_name": "account__name",
    "cloud": "account__provider",
    **{
        name: name
        for name in (
            *("sub_account_id", "day", "service", "region", "resource_group"),
            *("charge_category", "currency", "billed", "effective"),
        )
    },
}
CLOUDS = {
    CloudKind.AWS: "AWS",
    CloudKind.DEMO: "AWS",
    CloudKind.AZURE: "Microsoft",
    CloudKind.DEMO_AZURE: "Microsoft",
}
ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Exported:
    """What a file holds: rows, and what they sum to in each currency."""

    row_count: int
    billed: Mapping[str, Decimal]
    effective: Mapping[str, Decimal]


def export_focus(
    target: Path, accounts: QuerySet[CloudAccount], window: Window, kind: str
) -> Exported:
    """Write these bills' costs of the window to the file, whole or not at all.

    The sums are read from what was written. Raises LinesFailed.
    """
    months = LineItemMonth.objects.filter(account__in=accounts).in_window(window)
    stored = list(months.select_related("account"))
    try:
        with (
            draft_beside(target, f".{target.name}.") as draft,
            TemporaryDirectory() as folder,
            _database(folder) as engine,
        ):
            costs = Path(folder) / "costs.csv"
            _write_costs(costs, accounts, window, stored)
            parts = [_costs_part(costs), *_lines_part(stored, window)]
            rows = " UNION ALL ".join(parts)
            names = ", ".join(
                name if kind == "parquet" else f"{as_text(name)} AS {name}"
                for name in FOCUS
            )
            engine.execute(
                f"COPY (SELECT {names} FROM ({rows})) "
                f"TO {literal(str(draft))} ({WRITTEN[kind]}, USE_TMP_FILE false)"
            )
            found = _sums(engine, draft, kind)
            draft.replace(target)
    except duckdb.Error as error:
        raise LinesFailed(f"{target} can't be written: {first_line(error)}.") from error
    return found


def open_focus(accounts: QuerySet[CloudAccount], window: Window, kind: str) -> BinaryIO:
    """Return the same as an open file, which goes when it is closed."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / f"focus.{kind}"
        export_focus(target, accounts, window, kind)
        return target.open("rb")


def _database(folder: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={"memory_limit": "1GB", "threads": 2, "temp_directory": folder}
    )


def _write_costs(
    target: Path,
    accounts: QuerySet[CloudAccount],
    window: Window,
    with_lines: Sequence[LineItemMonth],
) -> None:
    """Write the rows of days of which no lines are stored, as texts."""
    rows = DailyCost.objects.filter(account__in=accounts).in_window(window)
    days = {"day__gte": window.start, "day__lt": window.end}
    names = dict(CloudAccount.objects.values_list("account_id", "name"))
    if with_lines:
        rows = rows.exclude(reduce(or_, map(_days_of, with_lines)))
    ordered = rows.counted(**days).order_by("day", "account_id", "id")
    found = ordered.values_list(*COSTS.values()).iterator(chunk_size=ROWS_AT_ONCE)
    with target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COSTS, "sub_account_name"])
        writer.writerows(_texts(row, names) for row in found)


def _days_of(month: LineItemMonth) -> Q:
    end = add_months(month.month, 1)
    return Q(account=month.account_id, day__gte=month.month, day__lt=end)


def _texts(row: Sequence[Any], names: Mapping[str, str]) -> list[Any]:
    account_id, account_name, cloud, sub_account_id, *rest = row
    issuer = CLOUDS.get(cloud, CloudKind(cloud).label)
    named = names.get(sub_account_id, "")
    return [account_id, account_name, issuer, sub_account_id, *rest, named]


def _costs_part(costs: Path) -> str:
    columns = ", ".join(f"{of_costs(name)} AS {name}" for name in FOCUS)
    kinds = ", ".join(f"'{name}': 'VARCHAR'" for name in (*COSTS, "sub_account_name"))
    return (
        f"SELECT {columns} FROM read_csv({literal(str(costs))}, header = true, "
        f"columns = {{{kinds}}}, nullstr = '\\N', quote = '\"', escape = '\"')"
    )


def _lines_part(months: Sequence[LineItemMonth], window: Window) -> Iterator[str]:
    if months:
        engine = DuckDb()
        columns = ", ".join(f"{of_lines(name)} AS {name}" for name in FOCUS)
        where = " AND ".join([within(window), *uncovered(months, engine)])
        yield f"SELECT {columns} FROM {engine.source(months)} WHERE {where}"


def _sums(engine: duckdb.DuckDBPyConnection, file: Path, kind: str) -> Exported:
    read = "read_parquet" if kind == "parquet" else "read_csv"
    more = "" if kind == "parquet" else ", header = true, all_varchar = true"
    if kind == "csv.gz":
        more += ", compression = 'gzip'"
    amounts = "sum(BilledCost::DECIMAL(38,18)), sum(EffectiveCost::DECIMAL(38,18))"
    found = engine.execute(
        f"SELECT BillingCurrency, count(*), {amounts} "
        f"FROM {read}({literal(str(file))}{more}) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return Exported(
        sum(count for _, count, *_ in found),
        {currency: billed for currency, _, billed, _ in found},
        {currency: effective for currency, *_, effective in found},
    )
