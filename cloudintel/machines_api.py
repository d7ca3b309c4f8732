"""Instances in the API, which may also be asked for by how hard they work."""

from typing import Any

from rest_framework.exceptions import PermissionDenied

from inventory.api.views import InstanceViewSet
from metrics.machines import CpuOfMachineFilter
from metrics.views import VIEW_CPU
from syncs.models import Dataset
from syncs.versions import data_version

OF_CPU = frozenset({"idle", "average_min", "average_max"})


class MachineViewSet(InstanceViewSet):
    """Virtual machines, those that are gone too; one machine comes with its history."""

    filterset_class = CpuOfMachineFilter

    def data_version(self) -> str:
        return data_version(self.request.user, Dataset.INSTANCES, Dataset.CPU)

    def filter_queryset(self, queryset: Any) -> Any:
        asked = OF_CPU & set(self.request.query_params)
        if asked and not self.request.user.has_perm(VIEW_CPU):
            names = ", ".join(sorted(asked))
            raise PermissionDenied(f"{names}: this needs the permission {VIEW_CPU}.")
        return super().filter_queryset(queryset)
