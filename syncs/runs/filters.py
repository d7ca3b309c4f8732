"""Which runs: one FilterSet for the API and the page."""

import django_filters as filters

from clouds.filters import account_filter
from core.api.filters import AnyChoice, Order, moment_filter
from syncs.datasets import Dataset
from syncs.models import SyncRun


class SyncRunFilter(filters.FilterSet):
    account = account_filter()
    dataset = AnyChoice(choices=Dataset.choices, help_text="Such as instances.")
    status = AnyChoice(choices=SyncRun.Status.choices, help_text="Only these.")
    trigger = AnyChoice(choices=SyncRun.Trigger.choices, help_text="What started it.")
    started_after = moment_filter(
        "started_at", "gte", "Started then or later, such as 2026-01-31T08:00Z."
    )
    started_before = moment_filter(
        "started_at", "lt", "Started earlier than this instant."
    )
    search = filters.CharFilter("error", "icontains", help_text="Part of its error.")
    ordering = Order(fields=["started_at", "rows", "requests", "api_cost_usd"])
