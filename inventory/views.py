"""The list of machines. One of them, with its work, is in cloudintel/views.py."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django_filters.views import FilterView

from inventory.filters import InstanceFilter
from inventory.models import Instance
from syncs.models import CloudAccount


class InstanceListView(LoginRequiredMixin, FilterView):
    """Every machine ever seen, 50 a page; those that are gone are marked."""

    template_name = "instances.html"
    queryset = Instance.objects.select_related("account")
    filterset_class = InstanceFilter
    paginate_by = 50
    extra_context = {
        "sortable": [
            ("name", "Name"),
            ("state", "State"),
            ("instance_type", "Type"),
            ("region", "Region"),
            ("launched_at", "Launched"),
        ]
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            states=Instance.objects.present().count_per_state(),
            regions=Instance.objects.values_of("region"),
            types=Instance.objects.values_of("instance_type"),
            accounts=CloudAccount.objects.all(),
            **kwargs,
        )
