"""Instances as pages and in the API: they join inventory, metrics, prices, syncs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from rest_framework.exceptions import PermissionDenied

from core.api.files import SHEETS, table_file
from inventory.api.views import InstanceViewSet
from inventory.models import Instance
from metrics.filters import InstanceCpuFilter
from metrics.views import VIEW_CPU, InstanceCpuListView
from pricing.models import InstancePrice
from syncs.datasets import Dataset

CPU_PARAMETERS = frozenset({"idle", "average_min", "average_max"})
FORMATS = ("csv", *SHEETS)
CSV_COLUMNS = (
    "instance_id",
    "name",
    "account",
    "account_name",
    "provider",
    "region",
    "resource_group",
    "state",
    "instance_type",
    "vcpus",
    "memory_mib",
    "lifecycle",
    *("platform", "operating_system", "tenancy", "monitoring"),
    "private_ip",
    "public_ip",
    "launched_at",
    "first_seen_at",
    "last_seen_at",
    "gone_since",
    "cpu_average_percent",
    "cpu_maximum_percent",
    "cpu_days",
    "cpu_until",
    "owner",
    "tags",
)


class InstanceListView(InstanceCpuListView):
    """Every instance ever seen; terminated ones are marked."""

    live_topics = ("resources",)
    template_name = "inventory/instances.html"
    extra_context = {
        "sortable": [
            ("name", "Name"),
            ("state", "State"),
            ("instance_type", "Type"),
            ("region", "Region"),
            ("account", "Account"),
            ("average", "CPU, 14 days"),
            ("launched_at", "Launched"),
            ("private_ip", "Private IP"),
            ("last_seen_at", "Last seen"),
        ]
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        prices = list_prices(found["object_list"])
        for instance in found["object_list"]:
            instance.list_price = prices.get(instance.pk)
        found["has_prices"] = bool(prices)
        return found

    # A file is a response too.
    def render_to_response(  # type: ignore[override]
        self, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponseBase:
        """Answer the page, or with a `format` all instances of the list as a file."""
        if self.request.GET.get("format") in FORMATS and not context["filter"].errors:
            may_see_cpu = self.request.user.has_perm(VIEW_CPU)
            return table_file(
                self.request, "instances", csv_rows(context["filter"].qs, may_see_cpu)
            )
        return super().render_to_response(context, **kwargs)


def list_prices(instances: Iterable[Instance]) -> dict[int, InstancePrice]:
    """Return the price of each on-demand instance that is billed and has one, by its
    key."""
    return InstancePrice.objects.of_instances(one for one in instances if one.is_billed)


def csv_rows(
    instances: QuerySet[Instance], with_cpu: bool
) -> Iterator[Sequence[object]]:
    """Yield the header, then a row per instance; CPU is of the last 14 days."""
    columns = [name for name in CSV_COLUMNS if with_cpu or not name.startswith("cpu_")]
    yield columns
    for instance in instances.select_related(
        "account", "recent_cpu", "owner"
    ).iterator():
        cpu = getattr(instance, "recent_cpu", None)
        values = {
            **{name: getattr(instance, name, None) for name in columns},
            "instance_id": instance.resource_id,
            "account": instance.account.account_id,
            "account_name": instance.account.name,
            "provider": instance.account.provider,
            "cpu_average_percent": cpu and cpu.average_percent,
            "cpu_maximum_percent": cpu and cpu.maximum_percent,
            "cpu_days": cpu and cpu.days,
            "cpu_until": cpu and cpu.until,
            "owner": instance.owner and instance.owner.get_username(),
        }
        yield [values[name] for name in columns]


class InstanceCpuViewSet(InstanceViewSet):
    """Virtual machines, terminated ones included; one comes with its change history."""

    filterset_class = InstanceCpuFilter
    datasets = [Dataset.INSTANCES, Dataset.CPU]

    def filter_queryset(self, queryset: Any) -> Any:
        parameters = CPU_PARAMETERS & set(self.request.query_params)
        if parameters and not self.request.user.has_perm(VIEW_CPU):
            names = ", ".join(sorted(parameters))
            raise PermissionDenied(f"{names}: this needs the permission {VIEW_CPU}.")
        return super().filter_queryset(queryset)
