"""Owners on pages: the panel to hand something over, and the filter by owner."""

from typing import Any

from django import template
from django.contrib.auth.models import User
from django.utils import timezone

from core.windows import utc_day
from insights.owners.assignment import KINDS
from users.owned import Owned
from users.owned_filter import ME, NOBODY

register = template.Library()


@register.simple_tag
def people() -> list[str]:
    """Return who may own something, by username."""
    active = User.objects.filter(is_active=True).order_by("username")
    return list(active.values_list("username", flat=True))


@register.simple_tag
def today() -> str:
    """Return the UTC day, as a date field has it."""
    return utc_day(timezone.now()).isoformat()


@register.simple_tag(takes_context=True)
def may_assign(context: dict[str, Any], kind: str) -> bool:
    """Return whether the user may hand over things of this kind."""
    return bool(context["request"].user.has_perm(KINDS[kind][1]))


@register.inclusion_tag("insights/parts/owner_choice.html", takes_context=True)
def owner_choice(context: dict[str, Any]) -> dict[str, Any]:
    """Show the filter of a list by owner."""
    choices = [(ME, "Mine"), (NOBODY, "Nobody"), *((one, one) for one in people())]
    return {"choices": choices, "now": context["request"].GET.get("owner", "")}


@register.inclusion_tag("insights/parts/owner.html", takes_context=True)
def owner_panel(context: dict[str, Any], row: Owned, kind: str) -> dict[str, Any]:
    """Show whose it is, and the form to hand it over."""
    return {
        "row": row,
        "kind": kind,
        "may_assign": may_assign(context, kind),
        "request": context["request"],
        "csrf_token": context["csrf_token"],
    }
