"""Filters of the rules of owners."""

import django_filters as filters

from clouds.filters import account_filter
from users.owned_filter import OwnedFilter


class OwnerRuleFilter(OwnedFilter):
    account = account_filter()
    team = filters.CharFilter("team__name", help_text="By its name.")
    tag_key = filters.CharFilter(help_text="Such as team.")
