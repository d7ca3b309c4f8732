"""Filters of teams and of their rules."""

import django_filters as filters

from core.api.filters import Order


class TeamFilter(filters.FilterSet):
    search = filters.CharFilter("name", "icontains", help_text="Part of a name.")
    ordering = Order(fields=["name"])


class TeamRuleFilter(filters.FilterSet):
    team = filters.CharFilter(
        "shares__team__name", help_text="Only rules that give to this team."
    )
    search = filters.CharFilter("name", "icontains", help_text="Part of a name.")
