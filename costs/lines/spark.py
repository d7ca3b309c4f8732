"""Lines in tables of a Spark server, one for each file: asked by Spark Connect."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from core.installation_id import installation_id
from costs.lines.engine import (
    DEADLINE_SECONDS,
    FILE,
    LinesFailed,
    LinesRefused,
    Row,
    first_line,
    literal,
)

# Ten million lines take minutes.
LOAD_SECONDS = 3600
# Some 80 MB, which become a file of Spark's own.
LINES_AT_ONCE = 100_000
# A table's name says what its file's name does: 7/2026-10-365.parquet USD 1200.
TABLE = re.compile(r"(\d+)_(\d{4})_(\d\d)_(\d+)_([a-z]{3})_(\d+)_[0-9a-f]{8}")


class Spark:
    """The server of sc://HOST:15002/;token=..., which is the URL of Spark Connect."""

    dialect = "spark"

    def __init__(self, url: str) -> None:
        self.url = url
        self.host = urlsplit(url).hostname or ""
        # Installations that share a schema each drop what they do not know.
        self.prefix = f"cloudintel_line_items_{installation_id()}_"

    def line_counts(self) -> Mapping[str, int]:
        """A table that has not its last name yet counts as empty."""
        return {
            name: int(name.split()[-1]) if " " in name else 0 for name in self._tables
        }

    def source(self, names: Sequence[str]) -> str:
        parts = (
            f"SELECT {literal(name)} AS {FILE}, * FROM {self._tables[name]}"  # noqa: S608
            for name in names
        )
        return f"({' UNION ALL '.join(parts)})"

    def rows(self, sql: str, seconds: int = DEADLINE_SECONDS) -> Iterator[Row]:
        with self._asking(seconds) as session:
            for row in session.sql(sql).toLocalIterator():
                yield tuple(row)

    def load(self, name: str, path: Path) -> None:
        """Write a table of the file's lines, which is named once it has all of them."""
        with self._asking(LOAD_SECONDS) as session:
            # A server that forgot its tables may have files where they were.
            table = f"{self.prefix}{table_name(name)}_{token_hex(4)}"
            loading = f"{table}_loading"
            for some in _batches(path):
                lines = session.createDataFrame(some)
                lines.coalesce(1).write.mode("append").saveAsTable(loading)
            if (count := session.table(loading).count()) != int(name.split()[-1]):
                raise LinesRefused(f"{self.host} has {count:,} lines of {name}.")
            session.sql(f"ALTER TABLE {loading} RENAME TO {table}")

    def drop(self, name: str) -> None:
        with self._asking(DEADLINE_SECONDS) as session:
            session.sql(f"DROP TABLE IF EXISTS {self._tables[name]}")

    @cached_property
    def _tables(self) -> Mapping[str, str]:
        """Return the table of each file that is loaded; others by their own names."""
        tables = [
            table for _, table, *_ in self.rows(f"SHOW TABLES LIKE '{self.prefix}*'")
        ]
        return {file_name(one.removeprefix(self.prefix)) or one: one for one in tables}

    def _asking(self, seconds: int) -> AbstractContextManager[Any]:
        try:
            from costs.lines.spark_session import asking
        except ImportError:
            raise LinesFailed(
                "LINE_ITEMS_ENGINE sc:// needs Spark's client: run `pip install "
                '"pyspark-client~=4.1.1"` into the environment that runs manage.py.'
            ) from None
        return asking(self.url, seconds)


def table_name(file: str) -> str:
    return re.sub(r"\W+", "_", file.replace(".parquet", "")).lower()


def file_name(table: str) -> str | None:
    """Return the name of the file that a table has; None while it is loaded."""
    if not (found := TABLE.fullmatch(table)):
        return None
    account, year, month, mark, currency, count = found.groups()
    return f"{account}/{year}-{month}-{mark}.parquet {currency.upper()} {count}"


def _batches(path: Path) -> Iterator[Any]:
    """Yield the lines of a file as tables of Arrow, which Spark's client brings."""
    from pyarrow import ArrowException, Table
    from pyarrow.parquet import ParquetFile

    try:
        for some in ParquetFile(path).iter_batches(LINES_AT_ONCE):
            yield Table.from_batches([some])
    except ArrowException as error:
        raise LinesRefused(
            f"{path.name} can't be read: {first_line(error)}."
        ) from error
