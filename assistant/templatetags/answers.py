"""How pages show the lines of an answer."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import template

from assistant.report_text import cell_text

register = template.Library()

# With a unit of at most four letters, as 217.0 kg.
NUMBER = re.compile(r"[+-]?[\d,]+(\.\d+)?(%| [A-Za-z]{1,4})?")


class Shown(NamedTuple):
    text: str
    is_number: bool


class Line(NamedTuple):
    url: str
    cells: list[Shown]


class Table(NamedTuple):
    head: list[Shown]
    lines: list[Line]


@register.filter
def table_of(answer: Mapping[str, Any]) -> Table:
    """Return the lines; columns of amounts and counts are of numbers, but the first."""
    columns, rows = answer["columns"], [row["cells"] for row in answer["rows"]]
    head = [
        Shown(column, at > 0 and all(_is_number(row[at]) for row in rows))
        for at, column in enumerate(columns)
    ]
    return Table(
        head, [Line(row["url"], _cells(head, row["cells"])) for row in answer["rows"]]
    )


def _cells(head: Sequence[Shown], row: Sequence[Any]) -> list[Shown]:
    return [
        Shown(cell_text(cell, column.text), column.is_number)
        for column, cell in zip(head, row, strict=True)
    ]


def _is_number(cell: Any) -> bool:
    return (
        cell is None or isinstance(cell, Mapping) or bool(NUMBER.fullmatch(str(cell)))
    )
