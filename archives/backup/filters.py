"""Filters of backups."""

import django_filters as filters

from archives.backup.models import Backup
from core.api.filters import AnyChoice, Order, YesOrNo, moment_filter


class BackupFilter(filters.FilterSet):
    state = AnyChoice(choices=Backup.State.choices, help_text="Only these.")
    verified = YesOrNo(
        "verified_at",
        "isnull",
        exclude=True,
        help_text="Whether a restore of it was tried, with any result.",
    )
    made_after = moment_filter("made_at", "gte", "Made then or later.")
    made_before = moment_filter("made_at", "lt", "Made earlier than this instant.")
    ordering = Order(fields=["made_at", "size_bytes", "verified_at"])
