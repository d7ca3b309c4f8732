"""Lists of instances: what all of them share, and the one by CPU utilization."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

from django.db.models import Case, Count, IntegerField, When
from django.utils import timezone
from django.utils.functional import cached_property

from clouds.access import is_limited
from clouds.labels import clouds_of
from clouds.models import CloudAccount
from core.db.keys_first import KeysFirst
from core.pages import FilteredPage
from core.windows import last_complete_days
from inventory.filters import InstanceFilter
from inventory.kinds import Kind
from inventory.list_options import list_options
from inventory.models import Instance
from inventory.querysets import InstanceQuerySet
from inventory.tag_picker import show_tags, tag_picker
from metrics.filters import SortedInstanceFilter
from metrics.idle import IDLE_BELOW_PERCENT, IDLE_MIN_DAYS, IDLE_WINDOW_DAYS
from metrics.models import RecentCpu
from metrics.utilization_charts import HEAT_FROM_PERCENT, cpu_days, memory_used

# A month, so that a weekly rhythm can be distinguished from a change.
SMALL_CHART_DAYS = 30
VIEW_CPU = "metrics.view_cpumetric"
# Parameters set by links of the page, which its filter form sends along.
LINK_PARAMETERS = ("ordering", "average_min", "average_max")
# These leave no instance out.
NO_FILTERS = {"ordering", "page"}


class InstancePages(KeysFirst):
    def rows(self) -> InstanceQuerySet:
        return Instance.objects.select_related("account", "recent_cpu")


class InstanceCpuListView(FilteredPage):
    """Instances that the user may see, 50 a page, each with a small CPU chart."""

    permission_required: str | Sequence[str] = "inventory.view_instance"
    paginate_by = 50
    paginator_class = InstancePages
    queryset = Instance.objects.order_by("account_id", "region", "name", "id")

    def get_filterset_class(self) -> type[InstanceFilter]:
        may_see_cpu = self.request.user.has_perm(VIEW_CPU)
        return SortedInstanceFilter if may_see_cpu else InstanceFilter

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, get = self.request.user, self.request.GET
        accounts = list(CloudAccount.objects.visible_to(user).order_by("name"))
        options = list_options(user, Kind.INSTANCE)
        context: dict[str, Any] = super().get_context_data(
            states=options.states,
            regions=options.regions,
            groups=options.groups,
            types=options.instance_types,
            accounts=accounts,
            clouds=clouds_of(accounts),
            hidden_fields=[
                (name, get[name]) for name in LINK_PARAMETERS if get.get(name)
            ],
            **kwargs,
        )
        context["tags"] = tag_picker(options, get, accounts)
        show_tags(context["object_list"], context["tags"].column)
        if user.has_perm(VIEW_CPU):
            window = last_complete_days(SMALL_CHART_DAYS, timezone.now())
            days = cpu_days(
                [instance.pk for instance in context["object_list"]], window
            )
            for instance in context["object_list"]:
                instance.cpu_days = days.get(instance.pk)
            context["small_chart"] = window
        return context


@dataclass(frozen=True, slots=True)
class Band:
    """How many instances have such an average, from `start` up to `until` percent,
    exclusive; and how many there are in the fullest band."""

    step: int
    start: int | None
    until: int | None
    count: int
    most: int

    @property
    def share_percent(self) -> float:
        return self.count / self.most * 100


class BandPaginator(InstancePages):
    """Counts the instances of the list in bands of their average, in one query."""

    # Whether the list holds all instances there are: those are counted by an index.
    is_whole = False

    @cached_property
    def bands(self) -> Sequence[Band]:
        recent = RecentCpu.objects.filter(average_percent__gte=0)
        if not self.is_whole:
            instances = cast("InstanceQuerySet", self.object_list)
            recent = recent.filter(resource__in=instances.order_by().values("pk"))
        limits = [*HEAT_FROM_PERCENT, None]
        steps = [
            When(average_percent__lt=until, then=step)
            for step, until in enumerate(limits[1:-1])
        ]
        step = Case(*steps, default=len(steps), output_field=IntegerField())
        per_step = recent.order_by().annotate(step=step).values_list("step")
        counts: dict[int, int] = dict(per_step.annotate(count=Count("*")))
        most = max(counts.values(), default=1)
        return [
            Band(step, start, until, counts.get(step, 0), most)
            for step, (start, until) in enumerate(pairwise(limits))
        ]

    @cached_property
    def count(self) -> int:
        return sum(band.count for band in self.bands)


class CpuView(InstanceCpuListView):
    """Instances by their average CPU over the last 14 complete days, lowest first."""

    live_topics = ("resources",)
    template_name = "metrics/cpu.html"
    permission_required = ("inventory.view_instance", VIEW_CPU)
    paginator_class = BandPaginator
    extra_context = {
        "idle_below_percent": IDLE_BELOW_PERCENT,
        "idle_min_days": IDLE_MIN_DAYS,
        "sortable": [
            ("name", "Name"),
            ("average", "Average"),
            ("maximum", "Maximum"),
            ("days", "Days"),
            ("instance_type", "Type"),
            ("region", "Region"),
            ("account", "Account"),
        ],
    }

    def get_queryset(self) -> InstanceQuerySet:
        measured = super().get_queryset().filter(recent_cpu__days__gt=0)
        return measured.order_by("recent_cpu__average_percent", "id")

    def get_paginator(self, *args: Any, **kwargs: Any) -> BandPaginator:
        paginator = cast("BandPaginator", super().get_paginator(*args, **kwargs))
        used = {name for name, value in self.request.GET.items() if value}
        paginator.is_whole = not (used - NO_FILTERS or is_limited(self.request.user))
        return paginator

    def _as_instances(self) -> str:
        """What asks the list of instances for the same ones in the same order."""
        implied = {"average_min": "0", "ordering": "average"}
        given = {name for name, value in self.request.GET.items() if value}
        return "".join(f"&{k}={v}" for k, v in implied.items() if k not in given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["window"] = last_complete_days(IDLE_WINDOW_DAYS, timezone.now())
        context["bands"] = context["paginator"].bands
        context["measured_only"] = self._as_instances()
        instances = context["object_list"]
        used = memory_used([one.pk for one in instances], context["window"])
        for instance in instances:
            instance.memory_used = used.get(instance.pk)
        context["has_memory"] = bool(used)
        return context
