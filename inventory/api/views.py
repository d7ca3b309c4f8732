"""Instances."""

from rest_framework.serializers import BaseSerializer

from clouds.versions import data_version
from core.api.viewsets import RowsViewSet
from inventory.api.serializers import InstanceDetailSerializer, InstanceSerializer
from inventory.filters import InstanceFilter
from inventory.models import Instance
from syncs.datasets import Dataset


class InstanceViewSet(RowsViewSet):
    """Virtual machines, terminated ones included; one comes with its change history."""

    queryset = Instance.objects.select_related("account").order_by(
        "account_id", "region", "name", "id"
    )
    # The primary key is a foreign key, which takes no number too large for the column.
    lookup_field = "id"
    filterset_class = InstanceFilter
    csv_name = "instances"

    def data_version(self) -> str:
        return data_version(self.request.user, Dataset.INSTANCES)

    def get_serializer_class(self) -> type[BaseSerializer[Instance]]:
        if self.action == "retrieve":
            return InstanceDetailSerializer
        return InstanceSerializer
