"""Amounts on the wire."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from core.money import as_text


class AmountField(serializers.DecimalField):
    """A decimal string such as "12.50" or "0.0000000417"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": None, "decimal_places": None, **kwargs})

    def to_representation(self, value: Decimal) -> str:
        return as_text(value)
