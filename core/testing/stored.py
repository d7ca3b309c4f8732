"""The rows of a table as plain tuples, to compare one state with another."""

from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]


def sorted_rows(model: Any, *columns: str) -> list[tuple[Any, ...]]:
    """Return these columns of every row, in an order that ids do not change."""
    return sorted(model.objects.values_list(*columns), key=repr)
