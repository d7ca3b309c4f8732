"""Whether the server of LINE_ITEMS_ENGINE answers about lines as DuckDB does, and when.

    LINE_ITEMS_ENGINE=sc://localhost:15002 \\
        python -m benchmarks.line_server --rows 1000000 --rounds 5

It loads two months of lines, asks each question of both, prints the median of the
seconds that it takes, and drops what it loaded. It exits with 1 where an answer
differs, by a decimal too.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import duckdb

from benchmarks import ask_lines
from benchmarks.lines import line_items
from benchmarks.measure import clock, save

if TYPE_CHECKING:
    from costs.lines.engine import LineEngine
    from costs.lines.line_source import LineSource
    from costs.lines.models import LineItemMonth


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ask_lines.setup(Path(folder))
        months = [
            month_of(Path(folder), one, arguments.rows) for one in ask_lines.MONTHS
        ]
        figures = measured(months, arguments.rounds)
    save("line_server", {"rows": arguments.rows, **figures})
    return 0 if figures["is_same"] else 1


def month_of(folder: Path, month: Any, rows: int) -> "LineItemMonth":
    from clouds.models import CloudAccount
    from costs.lines.models import LineItemMonth

    name = f"1/{month:%Y-%m}-1.parquet"
    path = Path(folder) / name
    path.parent.mkdir(exist_ok=True)
    line_items(path, month, rows // len(ask_lines.MONTHS))
    ((count,),) = duckdb.read_parquet(str(path)).aggregate("count(*)").fetchall()
    return LineItemMonth(
        pk=month.month,
        account=CloudAccount(pk=1, name="demo"),
        month=month,
        file=name,
        currency="USD",
        row_count=count,
    )


def measured(months: list["LineItemMonth"], rounds: int) -> dict[str, Any]:
    from costs.lines.engine import DuckDb
    from costs.lines.loaded_lines import LoadedLines, line_server, load_months

    server = line_server()
    with clock() as loading:
        list(load_months(server, months))
    print(f"loaded in {loading['seconds']:.0f} s")
    engines: dict[str, LineEngine] = {
        "DuckDB": DuckDb(),
        server.host: LoadedLines(line_server()),
    }
    seconds: dict[str, dict[str, float]] = {}
    is_same = True
    try:
        for name, ask, changes in questions():
            answers, seconds[name] = [], {}
            for engine_name, engine in engines.items():
                source = source_of(engine, months, changes)
                answers.append(ask(source))
                seconds[name][engine_name] = asked(ask, source, rounds)
            same = answers[0] == answers[1]
            took = ", ".join(f"{one} {s:.2f} s" for one, s in seconds[name].items())
            print(f"{name}: {'same' if same else 'DIFFERS'}, {took}")
            is_same &= same
    finally:
        list(load_months(line_server(), []))
    return {"loading": loading, "seconds": seconds, "is_same": is_same}


def source_of(
    engine: "LineEngine", months: list["LineItemMonth"], changes: dict[str, Any]
) -> "LineSource":
    from costs.lines.line_source import LineSource

    query = replace(ask_lines.query(), **changes)
    return LineSource(query, months, engine, engine.source(months), "TRUE")


def asked(ask: Callable[[Any], Any], source: "LineSource", rounds: int) -> float:
    from django.core.cache import cache

    found = []
    for _ in range(rounds):
        cache.clear()
        with clock() as seconds:
            ask(source)
        found.append(seconds["seconds"])
    return median(found)


def questions() -> list[tuple[str, Callable[["LineSource"], Any], dict[str, Any]]]:
    from costs.lines.commitments import commitments
    from costs.lines.explanation import explain_lines
    from costs.lines.line_groups import line_breakdown, line_totals, lines

    return [
        ("by service", lambda one: line_breakdown(one, 50), {}),
        ("by tag", lambda one: line_breakdown(one, 50), {"group_by": "tag:team"}),
        ("totals", line_totals, {}),
        ("the dearest lines", lambda one: [*lines(one, 20)], {}),
        ("why", explain_lines, {}),
        ("why, by usage type", explain_lines, {"grain": "usage_type"}),
        ("commitments", commitments, {"metric": "effective"}),
    ]


if __name__ == "__main__":
    sys.exit(main())
