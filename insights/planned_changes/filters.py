"""Filters of planned changes, for the API and the page."""

import django_filters as filters

from clouds.filters import account_filter, provider_filter
from core.api.filters import UnknownLastOrder, WindowFilter, end_filter, start_filter


class PlannedChangeFilter(WindowFilter):
    """Those that overlap the days from `start` to before `end`."""

    start = start_filter("last_day")
    end = end_filter("first_day")
    account = account_filter()
    provider = provider_filter()
    search = filters.CharFilter("name", "icontains", help_text="Part of a name.")
    ordering = UnknownLastOrder(fields=["first_day", "last_day", "name"])
