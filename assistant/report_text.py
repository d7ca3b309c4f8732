"""A report, or an answer, as plain text."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from core.templatetags.formats import UNKNOWN, money, money_change

# The column whose amounts are differences.
CHANGE = "Change"


def cell_text(cell: Any, column: str = "") -> str:
    """Return a cell of an answer as people read it."""
    if cell is None:
        return UNKNOWN
    if isinstance(cell, Mapping):
        write = money_change if column == CHANGE else money
        return write(Decimal(cell["amount"]), cell["currency"])
    return str(cell)


def answer_text(found: Mapping[str, Any]) -> str:
    """Return the sentence and its lines, without links."""
    lines = [found["text"], *_table(found)]
    if found.get("truncated"):
        lines.append(f"  More: {found['page']}")
    return "\n".join(lines)


def report_text(found: Mapping[str, Any]) -> str:
    lines = [found["title"], found["data_status"], ""]
    for section in found["sections"]:
        lines += [section["title"].upper(), answer_text(section), ""]
    return "\n".join(lines).rstrip()


def _table(found: Mapping[str, Any]) -> Iterable[str]:
    if not found.get("rows"):
        return []
    columns = found["columns"]
    rows = [list(columns)]
    rows += [[*map(cell_text, row["cells"], columns)] for row in found["rows"]]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
