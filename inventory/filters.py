"""The FilterSet of instances, for the API and the pages."""

import django_filters as filters

from clouds.filters import account_filter
from clouds.registry import CloudKind
from core.api.filters import AnyChoice, AnyText, Order, YesOrNo, moment_filter
from inventory.models import Instance
from inventory.querysets import InstanceQuerySet


class InstanceFilter(filters.FilterSet):
    account = account_filter()
    region = AnyText(help_text="One or several regions.")
    provider = AnyChoice(
        field_name="account__provider",
        choices=CloudKind.choices,
        help_text="The cloud.",
    )
    resource_group = AnyText(
        commas=False, help_text="Of Azure, in lower case; repeat it for several."
    )
    state = AnyText(help_text="Such as running, stopped or deallocated.")
    instance_type = AnyText(help_text="Such as m6i.large.")
    tag = filters.CharFilter(
        method="tagged",
        help_text="key:value or key=value, or key alone for any value. Keys and values "
        "may hold either character.",
    )
    search = filters.CharFilter(
        method="searched", help_text="Part of an ID, a name or an IP address."
    )
    gone = YesOrNo(
        "gone_since",
        "isnull",
        exclude=True,
        help_text="true: only terminated instances; false: none of them.",
    )
    launched_after = moment_filter(
        "launched_at", "gte", "Launched then or later, such as 2026-01-31T08:00Z."
    )
    launched_before = moment_filter(
        "launched_at", "lt", "Launched earlier than this instant."
    )
    ordering = Order(
        fields=[
            ("name", "name"),
            ("resource_id", "instance_id"),
            ("instance_type", "instance_type"),
            ("region", "region"),
            ("state", "state"),
            ("launched_at", "launched_at"),
            ("last_seen_at", "last_seen_at"),
            ("vcpus", "vcpus"),
            ("memory_mib", "memory_mib"),
        ]
    )

    class Meta:
        model = Instance
        fields: list[str] = []

    def tagged(
        self, queryset: InstanceQuerySet, name: str, value: str
    ) -> InstanceQuerySet:
        return queryset.tagged(value)

    def searched(
        self, queryset: InstanceQuerySet, name: str, value: str
    ) -> InstanceQuerySet:
        return queryset.search(value)

    def filter_queryset(self, queryset: InstanceQuerySet) -> InstanceQuerySet:
        rows = super().filter_queryset(queryset)
        values = self.form.cleaned_data
        if values["state"] and values["gone"] in (None, ""):
            # A terminated instance has only the state that was last seen.
            return rows.present()
        return rows
