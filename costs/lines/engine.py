"""What answers questions about lines: DuckDB, over our files where they lie.

Each question is written once, in the SQL that DuckDB reads. For a server it is
translated (loaded_lines.py); tests compare the answers to the last decimal.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from threading import Timer
from typing import Any, Protocol

import duckdb
from django.conf import settings

from core.refusals import Refusal
from costs.lines.models import LineItemMonth
from providers.files.columns import quoted_path

Row = tuple[Any, ...]
# A page waits for it; a file is read for as long as it takes.
DEADLINE_SECONDS = 30
# Of all questions of a process together. What needs more goes to the disk.
MEMORY = "1GB"
ROWS_AT_ONCE = 2000
# The column that tells of which month's file a line is.
FILE = "x_File"


class LinesFailed(Refusal):
    """A question can't be answered now; the message says why and what to do."""

    is_away = True


class LinesRefused(LinesFailed):
    """The engine answers, and does not take what it is sent."""


class LineEngine(Protocol):
    def source(self, months: Sequence[LineItemMonth]) -> str:
        """Return what stands after FROM for the lines of these months."""

    def file_of(self, month: LineItemMonth) -> str:
        """Return the value of FILE of a month's lines."""

    def outdated(self, months: Sequence[LineItemMonth]) -> Sequence[LineItemMonth]:
        """Return those of which it has only what a newer file replaced."""

    def rows(self, sql: str, seconds: int = DEADLINE_SECONDS) -> Iterator[Row]:
        """Yield the answer. Raises LinesFailed, also after so many seconds."""


def literal(value: str | date) -> str:
    """Return a value as SQL has it: no text ends its quotes."""
    if isinstance(value, date):
        return f"DATE '{value}'"
    return "'" + value.replace("'", "''") + "'"


class DuckDb:
    """Asks the Parquet files where they lie, within this process."""

    def source(self, months: Sequence[LineItemMonth]) -> str:
        files = ", ".join(quoted_path(one.path) for one in months)
        more = f"filename = '{FILE}', hive_partitioning = false"
        return f"read_parquet([{files}], {more})"

    def file_of(self, month: LineItemMonth) -> str:
        return str(month.path)

    def outdated(self, months: Sequence[LineItemMonth]) -> Sequence[LineItemMonth]:
        return ()

    def rows(self, sql: str, seconds: int = DEADLINE_SECONDS) -> Iterator[Row]:
        cursor = _database().cursor()
        # Counted until the last row is read: the reader may be slow, not the engine.
        timer = Timer(seconds, cursor.interrupt)
        timer.daemon = True
        timer.start()
        try:
            cursor.execute(sql)
            while some := cursor.fetchmany(ROWS_AT_ONCE):
                yield from some
        except duckdb.InterruptException:
            raise LinesFailed(too_long(seconds)) from None
        except duckdb.Error as error:
            raise LinesFailed(
                f"The stored lines can't be read: {first_line(error)}. Import the "
                "months again with sync_cost."
            ) from error
        finally:
            timer.cancel()
            cursor.close()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """Return the database of this process, which holds no table."""
    folder = settings.LINE_ITEMS_DIR / "tmp"
    return duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "threads": 2,
            "temp_directory": str(folder),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def too_long(seconds: int) -> str:
    return (
        f"The lines took longer than {seconds} s to read. Choose fewer days or more "
        "filters."
    )


def first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
