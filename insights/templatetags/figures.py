"""Shares, errors and words on pages of insights; None is a dash."""

from decimal import Decimal

from django import template

register = template.Library()

UNKNOWN = "—"
NEARLY_ALL = 0.995
# status or decision -> what one does to get there.
VERBS = {
    "detected": "Reopen",
    "acknowledged": "Acknowledge",
    "investigating": "Investigate",
    "resolved": "Resolve",
    "planned": "Mark as planned",
    "open": "Reopen",
    "accepted": "Accept",
    "in_progress": "Start",
    "done": "Mark as done",
    "dismissed": "Dismiss",
    "approve": "Approve",
    "reject": "Reject",
    "cancel": "Cancel",
    "check": "Repeat dry run",
    "resume": "Resume",
    "roll_back": "Propose rollback",
}


@register.filter
def share(value: float | None) -> str:
    """Return `79%` of 0.79; only 1 is 100%."""
    if value is None:
        return UNKNOWN
    return "over 99%" if NEARLY_ALL <= value < 1 else f"{value * 100:.0f}%"


@register.filter
def stored(amount: str) -> Decimal:
    """Return the amount that JSON stores as text."""
    return Decimal(amount)


@register.filter
def error(value: float | None) -> str:
    """Return `0.71`: an error relative to another."""
    return UNKNOWN if value is None else f"{value:.2f}"


@register.filter
def verb(status: str) -> str:
    return VERBS[status]


@register.filter
def words(value: str | None) -> str:
    """Return `Not realized` of `not_realized`."""
    return (value or UNKNOWN).replace("_", " ").capitalize()
