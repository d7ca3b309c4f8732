"""Filters of what clouds themselves advise, for the API and the page."""

import django_filters as filters

from clouds.filters import account_filter, provider_filter
from core.api.filters import AnyChoice, AnyText, UnknownLastOrder
from insights.models import Advice


class AdviceFilter(filters.FilterSet):
    account = account_filter()
    provider = provider_filter()
    impact = AnyChoice(choices=Advice.Impact.choices, help_text="One or several.")
    type_id = AnyText(help_text="Type of advice, by its ID in its cloud.")
    resource_id = AnyText(help_text="The ids of resources, in lower case.")
    search = filters.CharFilter(
        "resource_id", "icontains", help_text="Part of a resource's ID."
    )
    ordering = UnknownLastOrder(
        fields=["monthly_savings", "updated_at", "first_seen_at", "resource_name"]
    )
