"""Instances in the API, which may also be filtered by their CPU."""

from typing import Any

from rest_framework.exceptions import PermissionDenied

from clouds.versions import data_version
from inventory.api.views import InstanceViewSet
from metrics.filters import InstanceCpuFilter
from metrics.views import VIEW_CPU
from syncs.datasets import Dataset

CPU_PARAMETERS = frozenset({"idle", "average_min", "average_max"})


class InstanceCpuViewSet(InstanceViewSet):
    """Virtual machines, terminated ones included; one comes with its change history."""

    filterset_class = InstanceCpuFilter

    def data_version(self) -> str:
        return data_version(self.request.user, Dataset.INSTANCES, Dataset.CPU)

    def filter_queryset(self, queryset: Any) -> Any:
        asked = CPU_PARAMETERS & set(self.request.query_params)
        if asked and not self.request.user.has_perm(VIEW_CPU):
            names = ", ".join(sorted(asked))
            raise PermissionDenied(f"{names}: this needs the permission {VIEW_CPU}.")
        return super().filter_queryset(queryset)
