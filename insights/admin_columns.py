"""Columns and filters that the admin of every subject of insights uses."""

from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.db.models import Model
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from rest.money import for_reading
from syncs.columns import NOTHING, linked

ACCOUNT = linked("account", ordering="account__name")
OF_ACCOUNT = ("account", AutocompleteSelectFilter)


def choices(*names: str) -> list[Any]:
    """A filter by each of these columns."""
    return [(name, ChoicesDropdownFilter) for name in names]


def amount(name: str, unit: str = "currency") -> Callable[[Model], str]:
    """The column of that amount, to the cent; a dash where it is unknown."""
    value, unit_of = attrgetter(name), attrgetter(unit)

    @admin.display(description=name.replace("_", " "), ordering=name)
    def column(row: Model) -> str:
        found: Decimal | None = value(row)
        return NOTHING if found is None else for_reading(found, unit_of(row))

    # Named as the field it shows, so that the field's help text is shown with it.
    column.__name__ = name
    return column
