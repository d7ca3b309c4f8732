"""The lines of the costs table, and their order, which the page's URL names."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from costs.queries.coverage import change_percent

# What a line can be ordered by; "-" before it is descending.
COLUMNS: dict[str, Callable[["Line"], Any]] = {
    "name": lambda line: line.label.casefold(),
    "total": lambda line: line.total,
    "share": lambda line: line.share_percent,
    "before": lambda line: line.before,
    "change": lambda line: line.change,
    "change_percent": lambda line: line.change_percent,
}
SORTS = [f"{sign}{column}" for column in COLUMNS for sign in ("", "-")]
DEFAULT_SORT = "-total"


@dataclass(frozen=True, slots=True)
class Line:
    """One key of the table; None is the key of those that are summed as "Other".

    `before` is None where the period before is not stored whole; `names` are the label
    of each of two groupings.
    """

    key: str | None
    label: str
    total: Decimal
    share_percent: float | None
    before: Decimal | None
    names: Sequence[str] = ()

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None else self.total - self.before

    @property
    def change_percent(self) -> float | None:
        return change_percent(self.before, self.total)


@dataclass(frozen=True, slots=True)
class Head:
    """A heading of the table: how it is sorted now, and what following it asks for.

    A second grouping is no column that the table is sorted by: it has no `sort`.
    """

    column: str
    label: str
    sort: str
    direction: str

    @property
    def is_number(self) -> bool:
        return self.column != "name"


def heads(sort: str, names: Sequence[str], before: str) -> Sequence[Head]:
    """The headings of the table of `names`, beside a period that is called `before`."""
    labels = (names[0], "Cost", "Share", before, "Change", "Change (%)")
    first, *others = [
        Head(column, label, _next(column, sort), _direction(column, sort))
        for column, label in zip(COLUMNS, labels, strict=True)
    ]
    return [first, *(Head("name", name, "", "") for name in names[1:]), *others]


def in_order(lines: Iterable[Line], sort: str) -> list[Line]:
    """The lines in that order: what is unknown after what is known, "Other" last."""
    value_of = COLUMNS[sort.removeprefix("-")]
    ordered = sorted(lines, key=lambda line: line.label.casefold())
    known = [line for line in ordered if value_of(line) is not None]
    known.sort(key=value_of, reverse=sort.startswith("-"))
    unknown = [line for line in ordered if value_of(line) is None]
    return sorted([*known, *unknown], key=lambda line: line.key is None)


def _next(column: str, sort: str) -> str:
    """Numbers start with the largest, names with A; a second time turns it round."""
    first = column if column == "name" else f"-{column}"
    turned = f"-{column}" if column == "name" else column
    return turned if sort == first else first


def _direction(column: str, sort: str) -> str:
    """As aria-sort names it; empty where the table has another order."""
    if sort.removeprefix("-") != column:
        return ""
    return "descending" if sort.startswith("-") else "ascending"
