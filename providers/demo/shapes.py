"""Chance without a state, and the shape of a week and a year.

Floats are fine here: a shape is an invention. Money leaves through `to_money`.
"""

from datetime import date
from decimal import Decimal
from hashlib import blake2b
from math import exp, pi, sin


def chance(*key: object) -> float:
    """Return a number from 0 up to 1 that is always the same for the same key."""
    return int(digest(*key)[:13], 16) / 16**13


def digest(*key: object) -> str:
    """Thirty-two hexadecimal digits that are always the same for the same key."""
    text = "/".join(map(str, key))
    return blake2b(text.encode(), digest_size=16).hexdigest()


def noise(spread: float, *key: object) -> float:
    """Return a factor around 1, at most `spread` away and mostly nearer."""
    digits = digest(*key)
    return 1 + spread * (int(digits[:8], 16) + int(digits[8:16], 16) - 16**8) / 16**8


def season(day: date) -> float:
    """Return the factor of the shop's year: up to 15% more before Christmas."""
    peak = date(day.year if day.month > 6 else day.year - 1, 12, 10)
    return 1 + 0.15 * exp(-(((day - peak).days / 14) ** 2) / 2)


def growth(per_year: float, days: float) -> float:
    """Return the factor after `days` (negative: before the anchor) of steady growth."""
    return exp(per_year * days / 365)


def only_growing(days: int) -> float:
    """Days that pass faster midweek and slower at weekends but never go back.

    The slope of sin is at most 2 pi / 7 a day, so 0.5 of it stays below 1.
    """
    return days + 0.5 * sin(2 * pi * days / 7)


def to_money(amount: float) -> Decimal:
    return Decimal(f"{amount:.10f}")
