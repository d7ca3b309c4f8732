"""Amounts: decimal strings on the wire, whole, with at least two places; in pages and
the admin as people read them."""

from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)
CENT = Decimal("0.01")
# The ten decimal places in which clouds bill and amounts are stored.
QUANTUM = Decimal("1e-10")


class Money(NamedTuple):
    """An amount, and what it is in."""

    amount: Decimal
    currency: str


def as_text(amount: Decimal) -> str:
    """Return all significant places, never fewer than two: 3 -> "3.00"."""
    whole, _, places = f"{amount:f}".partition(".")
    return f"{whole}.{places.rstrip('0'):0<2}"


def for_reading(amount: Decimal, currency: str, *, exact: bool = False) -> str:
    """`$1,234.56` or `1,234.56 EUR`; to the last decimal if asked.

    What is less than half a cent is not nothing: it is `<$0.01`.
    """
    if exact:
        whole, _, decimals = f"{abs(amount):,f}".partition(".")
        return _signed(amount, f"{whole}.{decimals.rstrip('0'):0<2}", currency)
    rounded = abs(amount).quantize(CENT)
    if amount and not rounded:
        return "<" + _signed(CENT, "0.01", currency)
    return _signed(amount, f"{rounded:,.2f}", currency)


def in_short(amount: Decimal, currency: str) -> str:
    """`$52,600`: three digits, as a sentence has it; of less than 10, the cents too."""
    if abs(amount) < 10:
        return for_reading(amount, currency)
    place = Decimal(1).scaleb(max(0, amount.adjusted() - 2))
    return _signed(amount, f"{abs(amount).quantize(place):,.0f}", currency)


def _signed(amount: Decimal, text: str, currency: str) -> str:
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    if currency == "USD":
        return f"{sign}${text}"
    space = "" if currency in ("", "%") else " "
    return f"{sign}{text}{space}{currency}"
