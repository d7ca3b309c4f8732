"""Which machines: one FilterSet for the API and the page."""

import django_filters as filters

from inventory.models import Instance
from inventory.querysets import InstanceQuerySet
from rest.filters import AnyObject, AnyText, YesOrNo
from syncs.models import CloudAccount


class InstanceFilter(filters.FilterSet):
    account = AnyObject(
        queryset=CloudAccount.objects.all(),
        to_field_name="account_id",
        help_text="By its 12 digits.",
    )
    region = AnyText(help_text="One or several regions.")
    state = AnyText(help_text="Such as running or stopped.")
    instance_type = AnyText(help_text="Such as m6i.large.")
    tag = filters.CharFilter(
        method="tagged",
        help_text="key:value, or key alone for any value. A key that holds a colon "
        "itself is written key=value.",
    )
    search = filters.CharFilter(
        method="searched", help_text="Part of an id, a name or an IP address."
    )
    gone = YesOrNo(
        "gone_since",
        "isnull",
        exclude=True,
        help_text="true: only those that are gone; false: only those that are there.",
    )
    ordering = filters.OrderingFilter(
        fields=["name", "instance_type", "region", "state", "launched_at", "vcpus"],
        help_text="Such as -launched_at; ties are ordered by row.",
    )

    class Meta:
        model = Instance
        fields: list[str] = []

    def tagged(
        self, queryset: InstanceQuerySet, name: str, value: str
    ) -> InstanceQuerySet:
        # Keys and values may hold either separator, so each reading is tried.
        parts = [value.partition(separator) for separator in "=:"]
        pairs = [(key, wanted) for key, found, wanted in parts if found]
        return queryset.tagged_any(pairs or [(value, None)])

    def searched(
        self, queryset: InstanceQuerySet, name: str, value: str
    ) -> InstanceQuerySet:
        return queryset.searched(value)

    def filter_queryset(self, queryset: InstanceQuerySet) -> InstanceQuerySet:
        rows = super().filter_queryset(queryset)
        if self.form.cleaned_data["state"] and self.form.cleaned_data["gone"] is None:
            # What is gone was running once, and is not any more.
            rows = rows.present()
        # Pages stay right only in an order without ties.
        return rows.order_by(*rows.query.order_by or rows.model._meta.ordering, "id")
