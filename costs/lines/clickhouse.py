"""Lines in a table of a ClickHouse server: asked by HTTP, in its own dialect.

sqlglot translates each question from DuckDB's SQL; tests compare the answers of both
to the last decimal. A month's file is loaded whole, and named by each of its lines, so
that a newer file never mixes with the one that it replaces. That name ends with how
many lines it has, by which a file that was loaded in part is told from a whole one.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from http.client import HTTPException
from os import fstat
from typing import Any, BinaryIO
from urllib.error import HTTPError
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import Request, urlopen

from django.conf import settings
from django.db import transaction

from clouds.versions import bump_version
from core.installation_id import installation_id
from costs.lines.engine import (
    DEADLINE_SECONDS,
    FILE,
    LinesFailed,
    LinesRefused,
    Row,
    first_line,
    literal,
    too_long,
)
from costs.lines.models import LINES_DATASET, LineItemMonth
from providers.files.line_items import AMOUNT, LINE_COLUMNS, TAGS

TYPES = {
    "VARCHAR": "String",
    "DATE": "Date",
    "TIMESTAMP": "DateTime64(6, 'UTC')",
    AMOUNT: "Nullable(Decimal(38, 18))",
    TAGS: "Map(String, String)",
}
COLUMNS = ", ".join(f"{name} {TYPES[kind]}" for name, kind in LINE_COLUMNS.items())
# A file of ten million lines takes a minute.
LOAD_SECONDS = 3600
# A row at a time. Amounts as they are, and sums as DuckDB has them: NULL of nothing.
FORMAT = "JSONCompactEachRowWithNamesAndTypes"
SETTINGS = {
    "output_format_json_quote_decimals": "1",
    "aggregate_functions_null_for_empty": "1",
}
PARSED: dict[str, Callable[[Any], Any]] = {
    "Decimal": Decimal,
    "Date": date.fromisoformat,
    "DateTime64": datetime.fromisoformat,
    "UInt8": int,
    "UInt64": int,
    "Int64": int,
    "Int128": int,
}


class ClickHouse:
    """The server of clickhouse://USER:PASSWORD@HOST:8123/DATABASE; clickhouses:// is
    asked by HTTPS."""

    def __init__(self, url: str, *, takes_older: bool = False) -> None:
        self.url = urlsplit(url)
        # Installations that share a database each drop what they do not know.
        self.table = f"cloudintel_line_items_{installation_id()}"
        self._takes_older = takes_older

    def source(self, months: Sequence[LineItemMonth]) -> str:
        """Raises LinesFailed where a month is not loaded: it would count as nothing."""
        if missing := [one for one in months if self._loaded_name(one) is None]:
            named = ", ".join(map(str, missing[:3]))
            raise LinesFailed(
                f"{named} {'is' if len(missing) == 1 else 'are'} not loaded into "
                f"{self.url.hostname} yet. Ask again in a few minutes, or run "
                "load_line_items."
            )
        files = ", ".join(literal(self.file_of(one)) for one in months)
        return f"(SELECT * FROM {self.table} WHERE {FILE} IN ({files}))"  # noqa: S608

    def file_of(self, month: LineItemMonth) -> str:
        return self._loaded_name(month) or whole_name(month)

    def outdated(self, months: Sequence[LineItemMonth]) -> Sequence[LineItemMonth]:
        return [one for one in months if self.file_of(one) != whole_name(one)]

    def replaced(self, months: Sequence[LineItemMonth]) -> Sequence[LineItemMonth]:
        """Return those that are loaded, beside a file that they replaced and that the
        next `load` drops."""
        loaded = self._line_counts()
        return [
            one
            for one in months
            if loaded_name(one, loaded) == whole_name(one)
            and sum(name.startswith(one.file_prefix) for name in loaded) > 1
        ]

    def _loaded_name(self, month: LineItemMonth) -> str | None:
        name = loaded_name(month, self._loaded)
        is_wanted = self._takes_older or name == whole_name(month)
        return name if is_wanted else None

    @cached_property
    def _loaded(self) -> Mapping[str, int]:
        """The same for all questions of one answer, whatever is loaded meanwhile."""
        return self._line_counts()

    def rows(self, sql: str, seconds: int = DEADLINE_SECONDS) -> Iterator[Row]:
        yield from parsed_rows(self._answer(translated(sql), seconds))

    def load(self, months: Sequence[LineItemMonth]) -> Iterator[LineItemMonth]:
        """Load what is not loaded yet, and yield each; drop what no month reads.

        Run twice, or killed and run again, the table has the same lines. One that can't
        be loaded stops no other; LinesFailed is raised at the end, and names it.
        """
        self._ask(
            f"CREATE TABLE IF NOT EXISTS {self.table} ({FILE} String, {COLUMNS}) "
            f"ENGINE = MergeTree PARTITION BY {FILE} ORDER BY x_Day"
        )
        failures, loaded = [], self._line_counts()
        names = {one.pk: loaded_name(one, loaded) for one in months}
        # What is replaced below goes by the next call: questions at work still read it.
        for name in loaded.keys() - {*names.values()}:
            self._drop(name)
        for month in months:
            if names[month.pk] == whole_name(month):
                continue
            try:
                self._load(month)
            except (LinesRefused, OSError) as error:
                failures.append(f"{month} can't be loaded: {error}")
                continue
            yield month
        if failures:
            raise LinesFailed(" ".join(failures))

    def _load(self, month: LineItemMonth) -> None:
        name = whole_name(month)
        self._drop(name)
        with month.path.open("rb") as file:
            self._ask(
                f"INSERT INTO {self.table} SELECT {literal(name)}, * "  # noqa: S608
                f"FROM input({literal(COLUMNS)}) FORMAT Parquet",
                LOAD_SECONDS,
                file,
            )

    def _line_counts(self) -> dict[str, int]:
        """Return how many lines of each file there are, by what the server knows of
        its parts: no line is read."""
        sql = f"""
            SELECT partition, sum(rows) FROM system.parts
            WHERE active AND database = currentDatabase()
                AND table = {literal(self.table)}
            GROUP BY 1
        """  # noqa: S608
        return dict(parsed_rows(self._answer(sql)))

    def _drop(self, file: str) -> None:
        self._ask(f"ALTER TABLE {self.table} DROP PARTITION {literal(file)}")

    def _ask(
        self,
        statement: str,
        seconds: int = DEADLINE_SECONDS,
        body: BinaryIO | None = None,
    ) -> None:
        """Send a statement that has no answer, with what it inserts."""
        for _ in self._answer(statement, seconds, body):
            pass

    def _answer(
        self,
        statement: str,
        seconds: int = DEADLINE_SECONDS,
        body: BinaryIO | None = None,
    ) -> Iterator[bytes]:
        """Send a statement, and yield the lines of its answer."""
        url, is_safe = self.url, self.url.scheme == "clickhouses"
        asked = SETTINGS | {
            "default_format": FORMAT,
            # Else a failure may come after half an answer, which has begun as a whole.
            "wait_end_of_query": "1",
            "database": url.path.strip("/") or "default",
            "max_execution_time": str(seconds),
            "query": statement if body else "",
        }
        place = f"{url.hostname}:{url.port or (8443 if is_safe else 8123)}"
        # Of a file too, as not every proxy takes a body in chunks.
        length = fstat(body.fileno()).st_size if body else len(statement.encode())
        request = Request(  # noqa: S310 - the address is a setting
            f"{'https' if is_safe else 'http'}://{place}/?{urlencode(asked)}",
            data=body or statement.encode(),
            headers={
                "Content-Length": str(length),
                "X-ClickHouse-User": unquote(url.username or "default"),
                "X-ClickHouse-Key": unquote(url.password or ""),
            },
        )
        with (
            self._failing(seconds),
            urlopen(request, timeout=seconds) as answer,  # noqa: S310
        ):
            yield from answer

    @contextmanager
    def _failing(self, seconds: int) -> Iterator[None]:
        name = f"LINE_ITEMS_ENGINE {self.url.scheme}://{self.url.hostname}"
        try:
            yield
        except TimeoutError:
            raise LinesFailed(too_long(seconds)) from None
        except HTTPError as error:
            reason = first_line(error.read(2000).decode(errors="replace"))
            raise LinesRefused(f"{name} refused: {reason}") from error
        except (OSError, HTTPException) as error:
            raise LinesFailed(f"{name} can't be reached: {error}.") from error


def load_line_items() -> Iterator[LineItemMonth]:
    """Load what LINE_ITEMS_ENGINE does not have yet, if it is a server, and yield it.

    Raises LinesFailed.
    """
    if url := settings.LINE_ITEMS_ENGINE:
        server = ClickHouse(url)
        months = list(LineItemMonth.objects.select_related("account"))
        # A process may have ended after it loaded one, before the version moved.
        for month in server.replaced(months):
            _bump_version(month)
        for month in server.load(months):
            _bump_version(month)
            yield month


def _bump_version(month: LineItemMonth) -> None:
    with transaction.atomic():
        bump_version(month.account, LINES_DATASET)


def whole_name(month: LineItemMonth) -> str:
    """Return what each line of the month's file names once all of it is loaded."""
    return f"{month.file} {month.currency} {month.row_count}"


def loaded_name(month: LineItemMonth, loaded: Mapping[str, int]) -> str | None:
    """Return the newest file of the month that is loaded whole: by the name of each
    loaded one and how many lines of it there are."""
    name = whole_name(month)
    if loaded.get(name, 0) == month.row_count:
        return name
    older = [
        one
        for one, count in loaded.items()
        if one.startswith(month.file_prefix)
        and one.endswith(f" {month.currency} {count}")
    ]
    # Their marks are numbers that grow.
    return max(older, key=lambda one: (len(one.split()[0]), one), default=None)


def translated(sql: str) -> str:
    """Return a question as ClickHouse reads it. Raises LinesFailed."""
    try:
        import sqlglot
    except ImportError:
        raise LinesFailed(
            "LINE_ITEMS_ENGINE needs sqlglot: run `pip install sqlglot` into the "
            "environment that runs manage.py."
        ) from None
    return sqlglot.transpile(sql, read="duckdb", write="clickhouse")[0]


def parsed_rows(answer: Iterator[bytes]) -> Iterator[Row]:
    """Yield the rows of an answer in FORMAT as DuckDB would have them."""
    try:
        _, types = json.loads(next(answer, b"")), json.loads(next(answer, b""))
        parsers = [_parser(kind) for kind in types]
        for line in answer:
            yield tuple(
                value if value is None or parse is None else parse(value)
                for value, parse in zip(json.loads(line), parsers, strict=True)
            )
    except ValueError as error:
        raise LinesFailed(
            f"LINE_ITEMS_ENGINE answers what is none of ClickHouse's: {error}."
        ) from error


def _parser(kind: str) -> Callable[[Any], Any] | None:
    name = kind.removeprefix("Nullable(").partition("(")[0].rstrip(")")
    return PARSED.get(name)
