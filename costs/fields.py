"""Money that stays exact on every database.

PostgreSQL has exact decimals. SQLite has none: it would keep and add them as binary
floating point, and a day's rows would no longer sum to the bill. There an amount is
stored as a whole number of 10^-10, so that SQLite's own SUM is exact too; a value or
a sum past 922,337,203.68 is refused rather than rounded.
"""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

DECIMAL_PLACES = 10
QUANTUM = Decimal(1).scaleb(-DECIMAL_PLACES)
LARGEST_SCALED = 2**63 - 1


class MoneyField(models.DecimalField):
    """An amount with ten decimal places, in the currency that its row names."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = 20
        kwargs["decimal_places"] = DECIMAL_PLACES
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        # Not "DecimalField", so that SQLite's float conversions stay away.
        return "MoneyField"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "integer" if connection.vendor == "sqlite" else "numeric(20, 10)"

    def cast_db_type(self, connection: BaseDatabaseWrapper) -> str:
        return self.db_type(connection)

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if not prepared:
            value = self.get_prep_value(value)
        if value is None or connection.vendor != "sqlite" or hasattr(value, "as_sql"):
            return value
        return _scaled(value)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        return self.get_db_prep_value(value, connection)

    def from_db_value(
        self, value: Any, expression: object, connection: BaseDatabaseWrapper
    ) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        return Decimal(value).scaleb(-DECIMAL_PLACES)


def _scaled(value: Decimal) -> int:
    scaled = int(value.quantize(QUANTUM).scaleb(DECIMAL_PLACES))
    if abs(scaled) > LARGEST_SCALED:
        raise OverflowError(
            f"{value} is larger than SQLite can keep exactly; use PostgreSQL."
        )
    return scaled
