"""Filters of budgets, for the API and the page."""

import django_filters as filters

from clouds.filters import account_filter, provider_filter
from core.api.filters import AnyChoice, UnknownLastOrder
from insights.models import Budget
from users.owned_filter import OwnedFilter


class BudgetFilter(OwnedFilter):
    account = account_filter()
    provider = provider_filter()
    scope = AnyChoice(choices=Budget.Scope.choices, help_text="Only these scopes.")
    currency = filters.CharFilter(lookup_expr="iexact", help_text="Such as USD.")
    search = filters.CharFilter("name", "icontains", help_text="Part of a name.")
    ordering = UnknownLastOrder(
        fields=["name", "amount", "spent", "forecasted", "created_at"]
    )
