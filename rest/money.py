"""Amounts on the wire: decimal strings, whole, with at least two places."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

CENT = Decimal("0.01")


def as_text(amount: Decimal) -> str:
    """All significant places, never fewer than two: 3 -> "3.00"."""
    short = amount.normalize()
    return f"{short if short.as_tuple().exponent < -2 else amount.quantize(CENT):f}"  # type: ignore[operator]


class AmountField(serializers.DecimalField):
    """A decimal string such as "12.50" or "0.0000000417"."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", None)
        kwargs.setdefault("decimal_places", None)
        super().__init__(**kwargs)

    def to_representation(self, value: Decimal) -> str:
        return as_text(value)
