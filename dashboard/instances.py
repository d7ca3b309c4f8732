"""Instances as pages and in the API: they join inventory, metrics, prices, syncs."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.generic import DetailView
from rest_framework.exceptions import PermissionDenied

from core.api.files import SHEETS, table_file
from core.windows import ONE_DAY, Window, last_complete_days
from dashboard.resource_summary import resource_summary
from insights.anomalies.chart_marks import anomalies_of_resource, marked
from inventory.api.views import InstanceViewSet
from inventory.models import Address, Instance, Resource, Volume
from metrics.filters import InstanceCpuFilter
from metrics.models import CpuMetric, MemoryMetric, NetworkMetric
from metrics.utilization_charts import cpu_chart, memory_chart, network_chart
from metrics.views import VIEW_CPU, InstanceCpuListView
from pricing.models import InstancePrice
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.freshness import freshness

RANGES = (30, 90, 400)
DEFAULT_RANGE = 90
RUNS_SHOWN = 5
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


class InstanceView(PermissionRequiredMixin, DetailView[Instance]):
    """One instance: its details, utilization, change history and syncs."""

    permission_required = "inventory.view_instance"
    template_name = "inventory/instance.html"
    context_object_name = "instance"

    def get_queryset(self) -> QuerySet[Instance]:
        # By `id` too: a primary key that is a foreign key takes no number too large.
        seen = Instance.objects.visible_to(self.request.user).filter(
            id=self.kwargs["pk"]
        )
        return seen.select_related("account", "recent_cpu", "owner")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        user = self.request.user
        instance = self.object
        if user.has_perm(VIEW_CPU):
            window = window_of(instance, requested_days(self.request), now)
            kwargs |= utilization(instance, window)
            if user.has_perm("insights.view_anomaly"):
                rows = anomalies_of_resource(instance, user, window)
                kwargs["cpu_chart"] = marked(kwargs["cpu_chart"], rows)
                kwargs["marked_anomalies"] = rows
        if user.has_perm("syncs.view_syncrun"):
            kwargs |= {
                "runs": runs_that_saw(instance)[:RUNS_SHOWN],
                "first_run": runs_that_saw(instance).last(),
                "fresh": [
                    one
                    for one in freshness([instance.account], now)
                    if one.dataset in (Dataset.INSTANCES, Dataset.CPU)
                ],
            }
        return super().get_context_data(
            **resource_summary(instance, user, now),
            ranges=RANGES,
            list_price=list_prices([instance]).get(instance.pk),
            changes=instance.changes.all(),
            attached=[
                one
                for model in (Volume, Address)
                for one in model.objects.attached_to(
                    instance.account_id, instance.resource_id
                )
                if instance.resource_id in one.linked_ids
            ],
            **kwargs,
        )


def requested_days(request: HttpRequest) -> int:
    """Return how many days to show: one of RANGES."""
    wanted = request.GET.get("days", "")
    return int(wanted) if wanted in map(str, RANGES) else DEFAULT_RANGE


def window_of(resource: Resource, days: int, now: datetime) -> Window:
    """Return the last complete days; of one that is gone, its own last ones."""
    end = now if resource.gone_since is None else resource.gone_since + ONE_DAY
    return last_complete_days(days, min(end, now))


def utilization(instance: Instance, window: Window) -> dict[str, Any]:
    """Return its days in the window, and the charts of them."""
    days = CpuMetric.objects.filter(resource=instance).in_window(window)
    sent = NetworkMetric.objects.filter(resource=instance).in_window(window)
    used = MemoryMetric.objects.filter(resource=instance).in_window(window)
    cpu, memory, network = (list(one.order_by("-day")) for one in (days, used, sent))
    return {
        "window": window,
        "cpu": cpu,
        "has_p99": any(day.p99_percent is not None for day in cpu),
        "cpu_chart": cpu_chart(cpu, window),
        "memory": memory,
        "memory_chart": memory_chart(memory, window),
        "network": network,
        "network_chart": network_chart(network, window),
    }


def runs_that_saw(instance: Instance) -> QuerySet[SyncRun]:
    """Return the syncs that read its account while it was present, newest first.

    A partial one may lack its region, which its error says.
    """
    return SyncRun.objects.filter(
        account=instance.account_id,
        dataset=Dataset.INSTANCES,
        status__in=SyncRun.GOOD,
        started_at__gte=instance.first_seen_at,
        started_at__lte=instance.last_seen_at,
    ).order_by("-started_at", "-id")


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
