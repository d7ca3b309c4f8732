"""The FilterSets of resources, for the API and the pages."""

from collections.abc import Sequence
from typing import Any

import django_filters as filters
from django.db.models import Q

from clouds.filters import account_filter, provider_filter
from core.api.filters import AnyChoice, AnyText, Order, YesOrNo, moment_filter
from inventory.models import Resource
from inventory.querysets import ResourceQuerySet
from users.owned_filter import OwnedFilter


def same(*names: str) -> list[tuple[str, str]]:
    """Return orders that are called as what they order by."""
    return [(name, name) for name in names]


ORDERS = [
    *same("name", "resource_id", "kind", "region", "state"),
    *same("created_at", "first_seen_at", "last_seen_at"),
]


class ResourceFilter(OwnedFilter):
    """What resources of any kind are filtered by."""

    account = account_filter()
    region = AnyText(help_text="One or several regions.")
    provider = provider_filter()
    resource_group = AnyText(help_text="One or several of Azure, in lower case.")
    state = AnyText(help_text="As its cloud calls it, such as running or available.")
    tag = filters.CharFilter(
        method="tagged",
        help_text="key:value or key=value, or key alone for any value. Keys and values "
        "may hold either character.",
    )
    lacks_tag = AnyText(
        commas=False,
        method="lacking_tags",
        help_text="Only those without a tag of this key, or of any of several.",
    )
    untagged = YesOrNo(method="filter_untagged", help_text="Whether it has no tag.")
    search = filters.CharFilter(
        method="searched", help_text="Part of an ID, a name or an IP address."
    )
    gone = YesOrNo(
        "gone_since",
        "isnull",
        exclude=True,
        help_text="true: only those that are gone; false: none of them.",
    )
    ordering = Order(fields=ORDERS)

    def tagged(
        self, queryset: ResourceQuerySet, name: str, value: str
    ) -> ResourceQuerySet:
        return queryset.tagged(value)

    def lacking_tags(
        self, queryset: ResourceQuerySet, name: str, value: Sequence[str]
    ) -> ResourceQuerySet:
        for key in value:
            queryset = queryset.lacking_tag(key)
        return queryset

    def filter_untagged(
        self, queryset: ResourceQuerySet, name: str, value: bool
    ) -> ResourceQuerySet:
        return queryset.filter(tags={}) if value else queryset.exclude(tags={})

    def searched(
        self, queryset: ResourceQuerySet, name: str, value: str
    ) -> ResourceQuerySet:
        return queryset.search(value)

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        values = self.form.cleaned_data
        if values.get("state") and values.get("gone") in (None, ""):
            # One that is gone has only the state that was last seen.
            return rows.present()
        return rows


class AnyKindFilter(ResourceFilter):
    kind = AnyChoice(choices=Resource.Kind.choices, help_text="One or several kinds.")


class AttachableFilter(ResourceFilter):
    attached = YesOrNo(
        method="filter_attached",
        help_text="Of those that are present. true: something uses them; false: they "
        "cost the same for nothing.",
    )

    def filter_attached(
        self, queryset: ResourceQuerySet, name: str, value: bool
    ) -> ResourceQuerySet:
        present = queryset.present()
        unattached = Q(attached_to="")
        return present.exclude(unattached) if value else present.filter(unattached)


class VolumeFilter(AttachableFilter):
    ordering = Order(fields=[*ORDERS, *same("volume_type", "size_gib", "iops")])


class SnapshotFilter(ResourceFilter):
    source_id = AnyText(help_text="The id of one or several disks.")
    source_exists = YesOrNo(
        "source_exists",
        help_text="false: the disk that it is a copy of is gone.",
    )
    ordering = Order(fields=[*ORDERS, *same("size_gib", "full_bytes", "storage_tier")])


class BucketFilter(ResourceFilter):
    ordering = Order(fields=[*ORDERS, *same("total_bytes", "object_count")])


class DatabaseFilter(ResourceFilter):
    engine = AnyText(help_text="Such as postgres.")
    ordering = Order(fields=[*ORDERS, *same("engine", "database_class", "storage_gib")])


class AddressFilter(AttachableFilter):
    ordering = Order(fields=[*ORDERS, *same("ip")])


class NatGatewayFilter(ResourceFilter):
    ordering = Order(fields=[*ORDERS, *same("gateway_type", "subnets")])


class LoadBalancerFilter(ResourceFilter):
    ordering = Order(
        fields=[*ORDERS, *same("balancer_type", "targets", "healthy_targets")]
    )


class InstanceFilter(ResourceFilter):
    instance_type = AnyText(help_text="Such as m6i.large.")
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
