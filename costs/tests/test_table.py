"""The costs table is sorted by any column, and says how it is."""

from decimal import Decimal

import pytest

from costs.queries.table import SORTS, Line, heads, in_order


def line(label: str, total: str, before: str | None, key: str | None = "") -> Line:
    former = None if before is None else Decimal(before)
    key = label if key == "" else key
    return Line(key, label, Decimal(total), float(total), former)


LINES = [
    line("beta", "3", "1"),
    line("Alpha", "2", "4"),
    line("new", "1", "0"),
    line("Other", "9", "9", key=None),
]


@pytest.mark.parametrize(
    ("sort", "labels"),
    [
        ("name", ["Alpha", "beta", "new"]),
        ("-name", ["new", "beta", "Alpha"]),
        ("-total", ["beta", "Alpha", "new"]),
        ("share", ["new", "Alpha", "beta"]),
        ("before", ["new", "beta", "Alpha"]),
        ("-change", ["beta", "new", "Alpha"]),
        ("change_percent", ["Alpha", "beta", "new"]),
        ("-change_percent", ["beta", "Alpha", "new"]),
    ],
)
def test_what_is_unknown_comes_late_and_other_last(
    sort: str, labels: list[str]
) -> None:
    assert [line.label for line in in_order(LINES, sort)] == [*labels, "Other"]


@pytest.mark.parametrize("sort", SORTS)
def test_no_order_loses_a_line(sort: str) -> None:
    unknown = [line("x", "1", None), line("y", "2", None)]
    assert {one.label for one in in_order(unknown, sort)} == {"x", "y"}


def test_a_heading_sorts_numbers_from_the_largest_and_then_turns_round() -> None:
    by = {head.column: head for head in heads("-total", ["Service"], "Before")}
    assert (by["total"].direction, by["total"].sort) == ("descending", "total")
    assert (by["change"].direction, by["change"].sort) == ("", "-change")
    assert (by["name"].direction, by["name"].sort) == ("", "name")
    assert (by["total"].is_number, by["name"].is_number) == (True, False)
    turned = {head.column: head for head in heads("name", ["Service"], "Before")}
    assert (turned["name"].direction, turned["name"].sort) == ("ascending", "-name")


def test_a_second_grouping_is_a_heading_that_sorts_nothing() -> None:
    first, second, *numbers = heads("name", ["Account", "Service"], "Before")
    assert (first.label, first.sort) == ("Account", "-name")
    assert (second.label, second.sort, second.direction) == ("Service", "", "")
    assert not second.is_number
    assert all(head.is_number for head in numbers)
