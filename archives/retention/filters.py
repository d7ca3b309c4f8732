"""Filters of files of archives, and of runs of retention."""

import django_filters as filters

from archives.models import Table
from archives.retention.models import RetentionRun
from core.api.filters import AnyChoice, Order, YesOrNo


class ArchiveFilter(filters.FilterSet):
    table = AnyChoice(choices=Table.choices, help_text="Only these.")
    restored = YesOrNo(
        "restored_at",
        "isnull",
        exclude=True,
        help_text="Whether its rows were restored to the database.",
    )
    expired = YesOrNo(
        "expired_at",
        "isnull",
        exclude=True,
        help_text="Whether its file was deleted after its retention period.",
    )
    ordering = Order(fields=["month", "rows", "size_bytes", "pruned_at"])


class RetentionRunFilter(filters.FilterSet):
    status = AnyChoice(choices=RetentionRun.Status.choices, help_text="Only these.")
    ordering = Order(fields=["asked_at", "rows"])
