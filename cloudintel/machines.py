"""The pages that join what a machine is, how hard it works and which syncs saw it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.generic import DetailView

from cloudintel.list_prices import list_prices
from inventory.models import Instance
from metrics.chart import cpu_chart, network_chart
from metrics.models import CpuMetric, NetworkMetric
from metrics.views import VIEW_CPU, MachineListView
from providers.windows import Window, last_complete_days
from rest.csv import csv_file
from syncs.freshness import freshness
from syncs.models import Dataset, SyncRun

RANGES = (30, 90, 400)
USUAL_RANGE = 90
RUNS_SHOWN = 5
COLUMNS = (
    "instance_id",
    "name",
    "account",
    "region",
    "state",
    "instance_type",
    "vcpus",
    "memory_mib",
    "lifecycle",
    "platform",
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
    "tags",
)


class InstanceListView(MachineListView):
    """Every machine ever seen; those that are gone are marked."""

    template_name = "instances.html"
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
        for machine in found["object_list"]:
            machine.list_price = prices.get(machine.pk)
        found["has_prices"] = bool(prices)
        return found

    # A file is a response too.
    def render_to_response(  # type: ignore[override]
        self, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponseBase:
        """The page, or with `format=csv` all machines of the list, whatever page."""
        if self.request.GET.get("format") == "csv" and not context["filter"].errors:
            may_see_cpu = self.request.user.has_perm(VIEW_CPU)
            return csv_file("instances", file_rows(context["filter"].qs, may_see_cpu))
        return super().render_to_response(context, **kwargs)


def file_rows(
    machines: QuerySet[Instance], with_cpu: bool
) -> Iterator[Sequence[object]]:
    """The header, then a row per machine; CPU is of the last 14 complete days."""
    columns = [name for name in COLUMNS if with_cpu or not name.startswith("cpu_")]
    yield columns
    for machine in machines.select_related("account", "recent_cpu").iterator():
        cpu = getattr(machine, "recent_cpu", None)
        known = {
            **{name: getattr(machine, name, None) for name in columns},
            "account": machine.account.account_id,
            "cpu_average_percent": cpu and cpu.average_percent,
            "cpu_maximum_percent": cpu and cpu.maximum_percent,
            "cpu_days": cpu and cpu.days,
            "cpu_until": cpu and cpu.until,
        }
        yield [known[name] for name in columns]


class InstanceView(PermissionRequiredMixin, DetailView[Instance]):
    """One machine: what it is, how hard it worked, what changed, and who saw it."""

    permission_required = "inventory.view_instance"
    template_name = "instance.html"
    context_object_name = "instance"

    def get_queryset(self) -> QuerySet[Instance]:
        seen = Instance.objects.seen_by(self.request.user)
        return seen.select_related("account", "recent_cpu")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        user = self.request.user
        machine = self.object
        if user.has_perm(VIEW_CPU):
            kwargs |= utilization(machine, window_of(machine, asked(self.request), now))
        if user.has_perm("syncs.view_syncrun"):
            kwargs |= {
                "runs": runs_that_saw(machine)[:RUNS_SHOWN],
                "first_run": runs_that_saw(machine).last(),
                "fresh": [
                    one
                    for one in freshness([machine.account], now)
                    if one.dataset in (Dataset.EC2, Dataset.CPU)
                ],
            }
        return super().get_context_data(
            ranges=RANGES,
            list_price=list_prices([machine]).get(machine.pk),
            changes=machine.changes.all(),
            **kwargs,
        )


def asked(request: HttpRequest) -> int:
    """How many days to show: one of RANGES."""
    wanted = request.GET.get("days", "")
    return int(wanted) if wanted in map(str, RANGES) else USUAL_RANGE


def window_of(machine: Instance, days: int, now: datetime) -> Window:
    """The last complete days; of a machine that is gone, its own last ones."""
    end = now if machine.gone_since is None else machine.gone_since + timedelta(days=1)
    return last_complete_days(days, min(end, now))


def utilization(machine: Instance, window: Window) -> dict[str, Any]:
    """Its days in the window, and the charts of them."""
    days = CpuMetric.objects.filter(instance=machine).in_window(window)
    sent = NetworkMetric.objects.filter(instance=machine).in_window(window)
    cpu, network = list(days.order_by("-day")), list(sent.order_by("-day"))
    return {
        "window": window,
        "cpu": cpu,
        "cpu_chart": cpu_chart(cpu, window),
        "network": network,
        "network_chart": network_chart(network, window),
    }


def runs_that_saw(machine: Instance) -> QuerySet[SyncRun]:
    """The syncs that read its account's machines while it was there, newest first.

    A partial one may have left its region out, which its error tells.
    """
    return SyncRun.objects.filter(
        account=machine.account_id,
        dataset=Dataset.EC2,
        status__in=SyncRun.GOOD,
        started_at__gte=machine.first_seen_at,
        started_at__lte=machine.last_seen_at,
    ).order_by("-started_at", "-id")
