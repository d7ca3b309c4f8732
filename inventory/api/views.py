"""What runs."""

from rest_framework.serializers import BaseSerializer

from inventory.api.serializers import InstanceDetailSerializer, InstanceSerializer
from inventory.filters import InstanceFilter
from inventory.models import Instance
from rest.rows import RowsViewSet


class InstanceViewSet(RowsViewSet):
    """Virtual machines, those that are gone too; one machine comes with its history."""

    queryset = Instance.objects.select_related("account")
    filterset_class = InstanceFilter
    csv_name = "instances"

    def get_serializer_class(self) -> type[BaseSerializer[Instance]]:
        if self.action == "retrieve":
            return InstanceDetailSerializer
        return InstanceSerializer
