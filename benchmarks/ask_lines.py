"""Questions about two months of lines, as a page asks them, and how they grow.

    make bench-ask_lines ARGS="--rows 1000000 10000000 --rounds 20"

The floor of each is the bare statement that sums the same lines by the same columns in
both periods and orders nothing. Figures of a process: the machine's others are named by
`load` of the saved file.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.lines import line_items
from benchmarks.measure import clock, save, spread

if TYPE_CHECKING:
    from costs.lines.line_query import LineQuery
    from costs.lines.line_source import LineSource

MONTHS = (date(2026, 9, 1), date(2026, 10, 1))
GOAL_SECONDS = 1.0


def main() -> None:
    arguments = parsed_arguments()
    figures: dict[str, Any] = {}
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            setup(Path(folder))
            for month in MONTHS:
                path = Path(folder) / f"1/{month:%Y-%m}-1.parquet"
                path.parent.mkdir(exist_ok=True)
                line_items(path, month, rows // len(MONTHS))
            print(f"{rows:,} lines")
            figures[str(rows)] = measured(arguments.rounds)
    save("ask_lines", figures)


def setup(folder: Path) -> None:
    """Take a configuration of its own; no database is asked."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "cloudintel.settings", "ENV_FILE": ""}
    os.environ |= {"STATE_DIR": str(folder)}
    import django
    from django.conf import settings

    django.setup()
    settings.LINE_ITEMS_DIR = folder


def measured(rounds: int) -> dict[str, Any]:
    from costs.lines.explanation import USE

    figures = {}
    by_use = floor(*USE)
    for name, ask, bare in (
        ("why, down to resources", why("resource"), by_use),
        ("why, by usage type", why("usage_type"), by_use),
        ("by service", by("service"), floor("ServiceName")),
        ("by resource", by("resource"), floor("ResourceId")),
        ("by tag", by("tag:team"), floor("Tags['team']")),
        ("the dearest lines", dearest, floor("ServiceName")),
    ):
        runs = {"asked": timed(ask, rounds), "floor": timed(bare, rounds)}
        print(f"  {name}: goal p95 {GOAL_SECONDS} s")
        for part, (seconds, busy) in runs.items():
            p95 = sorted(seconds)[int(len(seconds) * 0.95)]
            print(
                f"    {part} {spread(seconds, 's')}, p95 {p95:.2f}, "
                f"cpu {spread(busy, 's')}"
            )
        figures[name] = runs
    return figures


def timed(ask: Callable[[], Any], rounds: int) -> tuple[list[float], list[float]]:
    from django.core.cache import cache

    ask()
    found = []
    for _ in range(rounds):
        cache.clear()
        with clock() as seconds:
            ask()
        found.append(seconds)
    return [one["seconds"] for one in found], [one["cpu_seconds"] for one in found]


def source(query: "LineQuery") -> "LineSource":
    from costs.lines.engine import DuckDb
    from costs.lines.line_source import LineSource
    from costs.lines.models import LineItemMonth

    months = [
        LineItemMonth(account_id=1, month=one, file=f"1/{one:%Y-%m}-1.parquet")
        for one in MONTHS
    ]
    engine = DuckDb()
    return LineSource(query, months, engine, engine.source(months), "TRUE")


def query() -> "LineQuery":
    from core.windows import Window, add_months
    from costs.lines.line_query import LineQuery

    return LineQuery(Window(MONTHS[1], add_months(MONTHS[1], 1)), currency="USD")


def why(grain: str) -> Callable[[], Any]:
    from costs.lines.explanation import explain_lines

    return lambda: explain_lines(source(replace(query(), grain=grain)))


def by(group: str) -> Callable[[], Any]:
    from costs.lines.line_groups import line_breakdown

    return lambda: line_breakdown(source(replace(query(), group_by=group)), 50)


def dearest() -> None:
    from costs.lines.line_groups import lines

    list(lines(source(query()), 50))


def floor(*columns: str) -> Callable[[], Any]:
    """Return what sums cost and quantity of both periods by these columns."""
    asked = source(query())
    keys = ", ".join(columns)
    sums = ", ".join(
        f"sum(CASE WHEN {when} THEN {name} END)"
        for name in ("BilledCost", "PricingQuantity")
        for when in (asked.now, asked.before)
    )
    sql = f"SELECT {keys}, {sums} FROM {asked.table} GROUP BY {keys}"  # noqa: S608
    return lambda: list(asked.rows(sql))


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    main()
