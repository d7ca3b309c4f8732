"""How pages of insights write shares, errors and words. None is unknown: a dash."""

from decimal import Decimal

from django import template

register = template.Library()

UNKNOWN = "—"
NEARLY_ALL = 0.995


@register.filter
def share(value: float | None) -> str:
    """`79 %` of 0.79. Only what is all of it is 100 %."""
    if value is None:
        return UNKNOWN
    return "over 99 %" if NEARLY_ALL <= value < 1 else f"{value * 100:.0f} %"


@register.filter
def stored(amount: str) -> Decimal:
    """The amount that JSON keeps as a text."""
    return Decimal(amount)


@register.filter
def error(value: float | None) -> str:
    """`0.71`: an error as a share of another."""
    return UNKNOWN if value is None else f"{value:.2f}"


@register.filter
def words(value: str | None) -> str:
    """`Not realised` of `not_realised`."""
    return (value or UNKNOWN).replace("_", " ").capitalize()
