"""Lines in tables of a ClickHouse server: asked by HTTP, in its own dialect.

sqlglot translates each question from DuckDB's SQL; tests compare the answers of both
to the last decimal.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import SplitResult, unquote, urlencode, urlsplit
from urllib.request import Request, urlopen

from costs.lines.engine import (
    DEADLINE_SECONDS,
    FILE,
    LinesFailed,
    Row,
    first_line,
    literal,
    too_long,
)
from costs.lines.models import LineItemMonth

TABLE = "cloudintel_line_items"


class ClickHouse:
    """Asks tables of a server, which `load_line_items` fills; `ask` sends a statement
    with its settings and returns the answer's text."""

    def __init__(self, ask: Callable[[str, int], str]) -> None:
        self.ask = ask

    def source(self, months: Sequence[LineItemMonth]) -> str:
        files = ", ".join(literal(self.file_of(one)) for one in months)
        return f"(SELECT * FROM {TABLE} WHERE {FILE} IN ({files}))"  # noqa: S608

    def file_of(self, month: LineItemMonth) -> str:
        return str(month.file)

    def rows(self, sql: str, seconds: int = DEADLINE_SECONDS) -> Iterator[Row]:
        yield from parsed_rows(self.ask(translated(sql), seconds))


def translated(sql: str, dialect: str = "clickhouse") -> str:
    """Return a question as another engine reads it."""
    import sqlglot  # an extra

    return sqlglot.transpile(sql, read="duckdb", write=dialect)[0]


# How ClickHouse answers: with types, and amounts as they are.
ANSWER = {
    "default_format": "JSONCompact",
    "output_format_json_quote_decimals": "1",
    "output_format_json_quote_64bit_integers": "1",
    # As DuckDB has it: NULL where the other side of a join, or a sum, has nothing.
    "aggregate_functions_null_for_empty": "1",
}
PARSED: dict[str, Callable[[Any], Any]] = {
    "Decimal": Decimal,
    "Date": date.fromisoformat,
    "DateTime": datetime.fromisoformat,
    "DateTime64": datetime.fromisoformat,
    "Date32": date.fromisoformat,
    "UInt8": int,
    "UInt64": int,
    "Int64": int,
    "Int128": int,
}


def parsed_rows(answer: str) -> Iterator[Row]:
    """Yield the rows of an answer as JSONCompact, as DuckDB would have them."""
    found = json.loads(answer)
    parsers = [_parser(column["type"]) for column in found["meta"]]
    for row in found["data"]:
        yield tuple(
            value if value is None or parse is None else parse(value)
            for value, parse in zip(row, parsers, strict=True)
        )


def _parser(kind: str) -> Callable[[Any], Any] | None:
    for wrapper in ("LowCardinality(", "Nullable("):
        kind = kind.removeprefix(wrapper)
    return PARSED.get(kind.partition("(")[0].rstrip(")"))


def clickhouse_server(url: str) -> Callable[[str, int], str]:
    """Return what asks the server of clickhouse://USER:PASSWORD@HOST:8123/DATABASE,
    by HTTP; clickhouses:// by HTTPS."""
    parts = urlsplit(url)

    def ask(statement: str, seconds: int) -> str:
        with _failing_with_server(parts, seconds):
            request = _request(parts, statement.encode(), {}, seconds)
            with urlopen(request, timeout=seconds) as answer:  # noqa: S310 - of settings
                text: str = answer.read().decode()
        return text

    return ask


def _request(
    parts: SplitResult, body: Any, parameters: dict[str, str], seconds: int
) -> Request:
    scheme = "https" if parts.scheme == "clickhouses" else "http"
    database = parts.path.strip("/") or "default"
    asked = ANSWER | {"database": database, "max_execution_time": str(seconds)}
    headers = {
        "X-ClickHouse-User": unquote(parts.username or "default"),
        "X-ClickHouse-Key": unquote(parts.password or ""),
    }
    port = parts.port or (8443 if scheme == "https" else 8123)
    address = f"{scheme}://{parts.hostname}:{port}/?{urlencode(asked | parameters)}"
    return Request(address, data=body, headers=headers)  # noqa: S310 - of settings


@contextmanager
def _failing_with_server(parts: SplitResult, seconds: int) -> Iterator[None]:
    name = f"LINE_ITEMS_ENGINE {parts.scheme}://{parts.hostname}"
    try:
        yield
    except TimeoutError:
        raise LinesFailed(too_long(seconds)) from None
    except HTTPError as error:
        said = first_line(error.read(2000).decode(errors="replace"))
        raise LinesFailed(f"{name} refused: {said}") from error
    except (OSError, HTTPException) as error:
        raise LinesFailed(f"{name} can't be reached: {error}.") from error
