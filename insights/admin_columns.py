"""Columns of the admin of insights: amounts in their currency, or in percent."""

from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter

from django.contrib import admin
from django.db.models import Model

from rest.money import for_reading
from syncs.columns import NOTHING


def amount(name: str, unit: str = "currency") -> Callable[[Model], str]:
    """The column of that amount, to the cent; a dash where it is not known."""
    value, unit_of = attrgetter(name), attrgetter(unit)

    @admin.display(description=name.replace("_", " "), ordering=name)
    def column(row: Model) -> str:
        found: Decimal | None = value(row)
        return NOTHING if found is None else for_reading(found, unit_of(row))

    # Named as the field it shows, so that the field's help text is shown with it.
    column.__name__ = name
    return column
