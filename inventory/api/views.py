"""Resources: of any kind, and each kind with what only it has."""

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
from inventory.models import (
    Address,
    Bucket,
    Database,
    Instance,
    LoadBalancer,
    NatGateway,
    Resource,
    Snapshot,
    Volume,
)
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


class VolumeViewSet(ResourceViewSet):
    """Disks, deleted ones included; one comes with its change history."""

    queryset = in_order(Volume)
    filterset_class = VolumeFilter
    serializer_class = serializer_of(Kind.VOLUME)
    csv_name = "volumes"


class SnapshotViewSet(ResourceViewSet):
    """Snapshots of disks, deleted ones included, and whether the disk is still there;
    one comes with its change history."""

    queryset = in_order(Snapshot)
    filterset_class = SnapshotFilter
    serializer_class = serializer_of(Kind.SNAPSHOT)
    csv_name = "snapshots"


class BucketViewSet(ResourceViewSet):
    """Buckets and storage accounts, deleted ones included, with the newest sizes that
    were measured; one comes with its change history."""

    queryset = in_order(Bucket)
    filterset_class = BucketFilter
    serializer_class = serializer_of(Kind.BUCKET)
    csv_name = "buckets"


class DatabaseViewSet(ResourceViewSet):
    """Managed databases, deleted ones included; one comes with its change history."""

    queryset = in_order(Database)
    filterset_class = DatabaseFilter
    serializer_class = serializer_of(Kind.DATABASE)
    csv_name = "databases"


class AddressViewSet(ResourceViewSet):
    """Reserved public IP addresses, released ones included; one comes with its change
    history."""

    queryset = in_order(Address)
    filterset_class = AddressFilter
    serializer_class = serializer_of(Kind.ADDRESS)
    csv_name = "addresses"


class NatGatewayViewSet(ResourceViewSet):
    """NAT gateways, deleted ones included; one comes with its change history."""

    queryset = in_order(NatGateway)
    filterset_class = NatGatewayFilter
    serializer_class = serializer_of(Kind.NAT_GATEWAY)
    csv_name = "nat-gateways"


class LoadBalancerViewSet(ResourceViewSet):
    """Load balancers, deleted ones included; one comes with its change history."""

    queryset = in_order(LoadBalancer)
    filterset_class = LoadBalancerFilter
    serializer_class = serializer_of(Kind.LOAD_BALANCER)
    csv_name = "load-balancers"
