"""How pages of insights write shares, errors and words. None is unknown: a dash."""

from django import template

register = template.Library()

UNKNOWN = "—"


@register.filter
def share(value: float | None) -> str:
    """`79 %` of 0.79."""
    return UNKNOWN if value is None else f"{value * 100:.0f} %"


@register.filter
def error(value: float | None) -> str:
    """`0.71`: an error as a share of another."""
    return UNKNOWN if value is None else f"{value:.2f}"


@register.filter
def words(value: str | None) -> str:
    """`Not realised` of `not_realised`."""
    return (value or UNKNOWN).replace("_", " ").capitalize()
