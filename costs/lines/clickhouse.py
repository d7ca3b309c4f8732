"""Lines in a table of a ClickHouse server, asked by HTTP: each names its file."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from http.client import HTTPException
from os import fstat
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import Request, urlopen

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

    dialect = "clickhouse"

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        self.host = self.url.hostname or ""
        # Installations that share a database each drop what they do not know.
        self.table = f"cloudintel_line_items_{installation_id()}"

    def line_counts(self) -> dict[str, int]:
        """Return how many lines of each file there are, by what the server knows of
        its parts: no line is read."""
        sql = f"""
            SELECT partition, sum(rows) FROM system.parts
            WHERE active AND database = currentDatabase()
                AND table = {literal(self.table)}
            GROUP BY 1
        """  # noqa: S608
        return dict(self.rows(sql))

    def source(self, names: Sequence[str]) -> str:
        listed = ", ".join(map(literal, names))
        return f"(SELECT * FROM {self.table} WHERE {FILE} IN ({listed}))"  # noqa: S608

    def rows(self, sql: str, seconds: int = DEADLINE_SECONDS) -> Iterator[Row]:
        yield from parsed_rows(self._answer(sql, seconds))

    def load(self, name: str, path: Path) -> None:
        """Raises LinesRefused."""
        self._ask(
            f"CREATE TABLE IF NOT EXISTS {self.table} ({FILE} String, {COLUMNS}) "
            f"ENGINE = MergeTree PARTITION BY {FILE} ORDER BY x_Day"
        )
        self.drop(name)
        with path.open("rb") as file:
            self._ask(
                f"INSERT INTO {self.table} SELECT {literal(name)}, * "  # noqa: S608
                f"FROM input({literal(COLUMNS)}) FORMAT Parquet",
                LOAD_SECONDS,
                file,
            )

    def drop(self, name: str) -> None:
        self._ask(f"ALTER TABLE {self.table} DROP PARTITION {literal(name)}")

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
            urlopen(request, timeout=seconds) as answer,  # noqa: S310  # nosec B310
        ):
            yield from answer

    @contextmanager
    def _failing(self, seconds: int) -> Iterator[None]:
        name = f"LINE_ITEMS_ENGINE {self.url.scheme}://{self.host}"
        try:
            yield
        except TimeoutError:
            raise LinesFailed(too_long(seconds)) from None
        except HTTPError as error:
            reason = first_line(error.read(2000).decode(errors="replace"))
            raise LinesRefused(f"{name} refused: {reason}") from error
        except (OSError, HTTPException) as error:
            raise LinesFailed(f"{name} can't be reached: {error}.") from error


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
