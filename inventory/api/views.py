"""Resources: of any kind, and each kind with what only it has."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.serializers import BaseSerializer

from clouds.versions import data_version
from core.api.viewsets import RowsViewSet
from inventory.api.serializers import (
    InstanceSerializer,
    ResourceSerializer,
    serializer_of,
    with_changes,
)
from inventory.filters import (
    AddressFilter,
    AnyKindFilter,
    BucketFilter,
    DatabaseFilter,
    InstanceFilter,
    LoadBalancerFilter,
    NatGatewayFilter,
    ResourceFilter,
    SnapshotFilter,
    VolumeFilter,
)
from inventory.kinds import DATASETS, KIND_OF, KINDS, Kind
from inventory.models import Instance, Resource
from users.owned import OWNERS


def in_order(model: type[Resource]) -> QuerySet[Any]:
    rows = model._default_manager.select_related("account", "owner")
    return rows.order_by("account_id", "region", "name", "id")


class ResourceViewSet(RowsViewSet):
    """Resources of any kind, those that are gone included; one comes with its change
    history."""

    queryset = in_order(Resource)
    # A primary key that is a foreign key takes no number too large for the column.
    lookup_field = "id"
    filterset_class: ClassVar[type[ResourceFilter]] = AnyKindFilter
    serializer_class = ResourceSerializer
    csv_name = "resources"

    def data_version(self) -> str:
        kind = KIND_OF.get(self.queryset.model)
        datasets = [KINDS[kind].dataset] if kind else DATASETS
        state = data_version(self.request.user, *datasets, OWNERS)
        # "owner=me" is another list for each.
        return f"{state} {self.request.user.pk}"

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        rows: Any = self.serializer_class
        return with_changes(rows) if self.action == "retrieve" else rows


class InstanceViewSet(ResourceViewSet):
    """Virtual machines, terminated ones included; one comes with its change history."""

    queryset = in_order(Instance)
    filterset_class = InstanceFilter
    serializer_class = InstanceSerializer
    csv_name = "instances"


def viewset_of(
    kind: Kind, name: str, rows_filter: type[ResourceFilter], about: str
) -> type[ResourceViewSet]:
    """Return the endpoint of a kind's rows, at that name."""
    model = KINDS[kind].model
    lines = {
        "__doc__": f"{about}; one comes with its change history.",
        "queryset": in_order(model),
        "filterset_class": rows_filter,
        "serializer_class": serializer_of(kind),
        "csv_name": name,
    }
    return type(f"{model.__name__}ViewSet", (ResourceViewSet,), lines)


ENDPOINTS: Mapping[Kind, type[ResourceViewSet]] = {
    kind: viewset_of(kind, *traits)
    for kind, traits in {
        Kind.VOLUME: ("volumes", VolumeFilter, "Disks, deleted ones included"),
        Kind.SNAPSHOT: (
            "snapshots",
            SnapshotFilter,
            "Snapshots of disks, deleted ones included, and whether the disk is still "
            "there",
        ),
        Kind.BUCKET: (
            "buckets",
            BucketFilter,
            "Buckets and storage accounts, deleted ones included, with the newest "
            "sizes that were measured",
        ),
        Kind.DATABASE: (
            "databases",
            DatabaseFilter,
            "Managed databases, deleted ones included",
        ),
        Kind.ADDRESS: (
            "addresses",
            AddressFilter,
            "Reserved public IP addresses, released ones included",
        ),
        Kind.NAT_GATEWAY: (
            "nat-gateways",
            NatGatewayFilter,
            "NAT gateways, deleted ones included",
        ),
        Kind.LOAD_BALANCER: (
            "load-balancers",
            LoadBalancerFilter,
            "Load balancers, deleted ones included",
        ),
    }.items()
}
