"""Filters and columns that the admin of every subject of insights uses."""

from typing import Any

from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from core.admin.columns import linked

ACCOUNT = linked("account", ordering="account__name")
OF_ACCOUNT = ("account", AutocompleteSelectFilter)


def choices(*names: str) -> list[Any]:
    """A filter by each of these columns."""
    return [(name, ChoicesDropdownFilter) for name in names]
