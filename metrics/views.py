"""The utilisation page: which machines work, and which only cost."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import F, QuerySet
from django.utils import timezone
from django.views.generic import ListView

from inventory.filters import InstanceFilter
from inventory.models import Instance
from metrics.models import CpuMetric
from providers.windows import Window, last_complete_days
from syncs.models import CloudAccount

# What the published rules for idle machines look at: two weeks.
WINDOW_DAYS = 14
SORTABLE = {
    "name": "Name",
    "average": "Average",
    "maximum": "Maximum",
    "days": "Days",
    "instance_type": "Type",
    "region": "Region",
}


class CpuView(LoginRequiredMixin, ListView[CpuMetric]):
    """Machines by their average CPU over the last 14 complete days, lowest first."""

    template_name = "cpu.html"
    context_object_name = "machines"
    paginate_by = 50

    @property
    def window(self) -> Window:
        return last_complete_days(WINDOW_DAYS, timezone.now())

    def get_queryset(self) -> QuerySet[Any]:
        order = self.request.GET.get("sort", "")
        column = order.removeprefix("-")
        if column not in SORTABLE:
            order = column = "average"
        key = F(column)
        by = key.desc if order.startswith("-") else key.asc
        rows = CpuMetric.objects.in_window(self.window)
        wanted = InstanceFilter(self.request.GET, Instance.objects.all())
        if self.request.GET and not wanted.errors:
            rows = rows.filter(instance__in=wanted.qs)
        return rows.per_instance().order_by(by(nulls_last=True), "instance_id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            window=self.window,
            sortable=SORTABLE.items(),
            accounts=CloudAccount.objects.all(),
            regions=Instance.objects.values_of("region"),
            **kwargs,
        )
