"""Whether Spark answers the questions about lines as DuckDB does, to the last decimal.

    pip install "pyspark==4.1.1" "sqlglot~=30.30"    # 480 MB, and Java 17
    python -m benchmarks.spark_lines --rows 200000

Each question is translated by sqlglot, as for ClickHouse, and asked of a local Spark
over the same Parquet files. It exits with 1 where an answer differs.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import ask_lines
from benchmarks.lines import line_items

if TYPE_CHECKING:
    from costs.lines.line_source import LineSource

VIEW = "lines"
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.memory": "1g",
    # Else the difference of two amounts has a place less.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    os.environ |= {"TZ": "UTC", "PYSPARK_PYTHON": sys.executable}
    time.tzset()
    differ = 0
    with tempfile.TemporaryDirectory() as folder:
        ask_lines.setup(Path(folder))
        target = Path(folder) / "1"
        target.mkdir()
        for month in ask_lines.MONTHS:
            path = target / f"{month:%Y-%m}-1.parquet"
            line_items(path, month, rows // len(ask_lines.MONTHS))
        with local_spark(target) as ask:
            for name, sql, expected in questions():
                is_same = [tuple(row) for row in ask(sql)] == expected
                print(f"{name}: {'same' if is_same else 'DIFFERS'}, {len(expected)}")
                differ += not is_same
    return min(differ, 1)


@contextmanager
def local_spark(files: Path) -> Iterator[Callable[[str], Any]]:
    """Yield what asks a Spark of this process about the files."""
    import sqlglot
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    spark.read.parquet(str(files)).createOrReplaceTempView(VIEW)

    def ask(sql: str) -> Any:
        (translated,) = sqlglot.transpile(sql, read="duckdb", write="spark")
        return spark.sql(translated).collect()

    yield ask
    spark.stop()


def questions() -> Iterator[tuple[str, str, list[Any]]]:
    """Yield each question about lines, and the answer of DuckDB."""
    from costs.lines.commitments import commitments
    from costs.lines.explanation import explain_lines
    from costs.lines.line_groups import line_breakdown, line_totals, lines

    asked: list[tuple[str, Callable[[LineSource], Any], dict[str, Any]]] = [
        ("by service", lambda one: line_breakdown(one, 50), {}),
        ("by tag", lambda one: line_breakdown(one, 50), {"group_by": "tag:team"}),
        ("totals", line_totals, {}),
        ("the dearest lines", lambda one: [*lines(one, 20)], {}),
        ("why", explain_lines, {}),
        ("why, by usage type", explain_lines, {"grain": "usage_type"}),
        ("commitments", commitments, {"metric": "effective"}),
    ]
    for name, ask, changes in asked:
        source = ask_lines.source(replace(ask_lines.query(), **changes))
        for sql in statements(source, ask):
            yield name, sql.replace(source.table, VIEW), [*source.rows(sql)]


def statements(source: "LineSource", ask: Callable[["LineSource"], Any]) -> list[str]:
    """Return what is asked of the engine."""
    from costs.lines.engine import DuckDb

    found: list[str] = []

    class Recorded(DuckDb):
        def rows(self, sql: str, seconds: int = 300) -> Iterator[Any]:
            found.append(sql)
            return super().rows(sql, seconds)

    ask(replace(source, engine=Recorded()))
    return found


if __name__ == "__main__":
    sys.exit(main())
