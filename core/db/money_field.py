"""Money that stays exact on every database.

PostgreSQL has exact decimals. SQLite has none: it would keep and add them as binary
floating point, and a day's rows would no longer sum to the bill. There an amount is
stored as a whole number of 10^-10, so that SQLite's own SUM is exact too; a value or
a sum past 922,337,203.68 is refused rather than rounded.
"""

from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable, register_combinable_fields

from core.money import QUANTUM

MAX_DIGITS = 20
DECIMAL_PLACES = 10
LARGEST_SCALED = 2**63 - 1
LARGEST_ON_SQLITE = Decimal(LARGEST_SCALED).scaleb(-DECIMAL_PLACES)
LARGEST = Decimal(10) ** (MAX_DIGITS - DECIMAL_PLACES) - QUANTUM

# What is set and got; with null=True, None too.
_ST = TypeVar("_ST")
_GT = TypeVar("_GT")


class MoneyField(models.Field[_ST, _GT]):
    """An amount with ten decimal places, in the currency that its row names.

    Not a DecimalField: Django would take what it computes from one for an ordinary
    decimal, and on SQLite answer 10^10 times too much. So amounts are added to
    amounts and multiplied by whole numbers; anything else raises FieldError unless
    its `output_field` is given.
    """

    description = "An amount of money"
    empty_strings_allowed = False
    _pyi_private_set_type: Decimal | int | str | Combinable
    _pyi_private_get_type: Decimal

    def get_internal_type(self) -> str:
        return "MoneyField"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        if connection.vendor == "sqlite":
            return "integer"
        return f"numeric({MAX_DIGITS}, {DECIMAL_PLACES})"

    def cast_db_type(self, connection: BaseDatabaseWrapper) -> str:
        return self.db_type(connection)

    def to_python(self, value: Any) -> Decimal | None:
        """Raise ValidationError for what is no finite number; a float is refused."""
        if value is None:
            return None
        try:
            amount = Decimal(value) if not isinstance(value, float) else Decimal("NaN")
        except (InvalidOperation, TypeError, ValueError):
            amount = Decimal("NaN")
        if not amount.is_finite():
            raise ValidationError(f"{value!r} is not a decimal amount.", "invalid")
        return amount

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if hasattr(value, "as_sql") else self.to_python(value)

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if not prepared:
            value = self.get_prep_value(value)
        if value is None or connection.vendor != "sqlite" or hasattr(value, "as_sql"):
            return value
        return _scaled(value)

    def get_db_converters(self, connection: BaseDatabaseWrapper) -> list[Any]:
        """PostgreSQL's are decimals already, and there may be many."""
        if connection.vendor == "postgresql":
            return []
        return super().get_db_converters(connection)

    def from_db_value(
        self, value: Any, expression: object, connection: BaseDatabaseWrapper
    ) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        return Decimal(value).scaleb(-DECIMAL_PLACES)


for _sign in (Combinable.ADD, Combinable.SUB):
    register_combinable_fields(MoneyField, _sign, MoneyField, MoneyField)
register_combinable_fields(MoneyField, Combinable.MUL, models.IntegerField, MoneyField)


def largest_amount() -> Decimal:
    """Return the largest amount, and sum, that the database keeps exactly."""
    return LARGEST_ON_SQLITE if connection.vendor == "sqlite" else LARGEST


def too_large(what: str) -> str:
    """Return that it is more than the database keeps, and what to do."""
    limit = f"{what} is larger than {largest_amount():,}, the most that can be"
    if connection.vendor == "sqlite":
        return f"{limit} stored exactly in SQLite; use PostgreSQL."
    return f"{limit} stored."


def _scaled(value: Decimal) -> int:
    if abs(value) <= LARGEST_ON_SQLITE:
        return int(value.quantize(QUANTUM).scaleb(DECIMAL_PLACES))
    raise OverflowError(too_large(str(value)))
