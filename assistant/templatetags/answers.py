"""How pages show the lines of an answer."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import template

from assistant.report_text import cell_text

register = template.Library()


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
    """Return the lines; columns of amounts and percentages are of numbers."""
    rows = [row["cells"] for row in answer["rows"]]
    numbers = [
        all(_is_number(row[at]) for row in rows) for at in range(len(answer["columns"]))
    ]
    return Table(
        [Shown(*one) for one in zip(answer["columns"], numbers, strict=True)],
        [
            Line(
                row["url"],
                [
                    Shown(cell_text(cell), is_number)
                    for cell, is_number in zip(row["cells"], numbers, strict=True)
                ],
            )
            for row in answer["rows"]
        ],
    )


def _is_number(cell: Any) -> bool:
    return cell is None or isinstance(cell, Mapping) or str(cell).endswith("%")
