"""A month of FOCUS lines into line items and ledger, beside the bare statement.

    make bench-import_lines ARGS="--rows 10000000"

The floor is one DuckDB of the same memory and threads that reads the same file, casts,
writes the same line items and groups them by the ledger's keys.
"""

import argparse
import os
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.lines import focus_file
from benchmarks.measure import (
    clock,
    divided,
    in_child,
    report_child,
    save,
    spread,
)
from providers.files.days import GROUPS
from providers.files.engine import MEMORY, THREADS, read_files
from providers.files.line_items import LINE_COLUMNS

# ruff: noqa: S608 (every text in a statement is made in this file)
MODULE = "benchmarks.import_lines"
MONTH = date(2026, 10, 1)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOAL, GOAL_MB = 1.3, 1000


def floor(source: Path, folder: Path) -> dict[str, float]:
    engine = duckdb.connect()
    engine.execute(
        f"SET memory_limit = '{MEMORY}'; SET threads = {THREADS}; "
        f"SET preserve_insertion_order = false; SET temp_directory = '{folder}'; "
        "SET enable_progress_bar = false"
    )
    named = {
        name: kind for name, kind in LINE_COLUMNS.items() if not name.startswith("x_")
    }
    columns = ", ".join(
        f"CAST({name}::JSON AS {kind}) AS {name}"
        if kind.startswith("MAP") and source.suffix != ".parquet"
        else f"{name}::{kind} AS {name}"
        for name, kind in named.items()
    )
    target = folder / "floor.parquet"
    engine.execute(
        f"COPY (SELECT {columns}, ChargePeriodStart::DATE AS x_Day, "
        f"'' AS x_Operation, '' AS x_ResourceGroup FROM {read_files([source])}) "
        f"TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
    )
    by = ", ".join(("x_Day", *GROUPS, "ChargeCategory"))
    engine.execute(
        f"SELECT {by}, sum(BilledCost), sum(EffectiveCost) "
        f"FROM '{target}' GROUP BY {by}"
    ).fetchall()
    target.unlink()
    return {}


def ours(source: Path) -> dict[str, float]:
    import django

    django.setup()
    from django.core.management import call_command

    from clouds.models import CloudAccount
    from costs.sync import sync_cost

    call_command("migrate", verbosity=0)
    owner = CloudAccount.objects.create(
        provider="files",
        account_id="bill:000000000011",
        name="bill",
        is_payer=True,
        settings={"place": str(source)},
    )
    with clock() as seconds:
        run = sync_cost(owner, NOW)
    assert run.status == "succeeded", run.error
    return seconds


def main() -> None:
    arguments = parsed_arguments()
    figures: dict[str, Any] = {"rows": arguments.rows}
    with tempfile.TemporaryDirectory() as state:
        environment = {**os.environ, "STATE_DIR": state, "ENV_FILE": ""}
        environment |= {"DJANGO_SETTINGS_MODULE": "cloudintel.settings"}
        environment.pop("DATABASE_URL", None)
        for suffix in arguments.formats:
            source = Path(state) / f"focus-2026-10.{suffix}"
            focus_file(source, MONTH, arguments.rows)
            runs: dict[str, list[dict[str, Any]]] = {"floor": [], "import": []}
            for number in range(arguments.rounds):
                for part, done in runs.items():
                    database = f"sqlite:///{state}/{suffix}-{number}.sqlite3"
                    own = environment | {"DATABASE_URL": database}
                    done.append(in_child(MODULE, f"{part}:{source}", own))
            figures[suffix] = runs
            print(f"{suffix}, {source.stat().st_size / 1e6:,.0f} MB")
            report(runs)
            source.unlink()
    save("import_lines", figures)


def report(runs: dict[str, list[dict[str, Any]]]) -> None:
    for unit in ("seconds", "cpu_seconds"):
        floors, imports = ([one[unit] for one in done] for done in runs.values())
        print(f"  {unit}: floor {spread(floors, 's')}, import {spread(imports, 's')}")
        print(f"    {spread(divided(imports, floors), 'x')}, goal {GOAL}x")
    peak = max(one["peak_mb"] for one in runs["import"])
    print(f"  peak memory {peak:,.0f} MB, goal {GOAL_MB:,} MB")


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--formats", nargs="+", default=["parquet", "csv.gz"], help="By names' ends."
    )
    return parser.parse_args()


def child(part: str) -> None:
    name, source = part.split(":")
    if name == "floor":
        report_child(lambda: floor(Path(source), Path(source).parent))
    else:
        report_child(lambda: ours(Path(source)))


if __name__ == "__main__":
    if ":" in sys.argv[-1]:
        child(sys.argv[-1])
    else:
        main()
