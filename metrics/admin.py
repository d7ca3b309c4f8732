"""The admin of daily utilization. Only a sync writes it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from core.admin.columns import day, figure, linked
from inventory.admin import ResourceRowsAdmin
from metrics.models import CpuMetric, MemoryMetric, NetworkMetric, UsageMetric
from users.audited_admin import M, page

MIB = 2**20
Column = Callable[[M], str]


def percent(name: str) -> Column[CpuMetric | MemoryMetric]:
    """Return the column of a percentage; a dash where nothing was measured."""

    @admin.display(description=f"{name.removesuffix('_percent')}, %", ordering=name)
    def column(metric: CpuMetric | MemoryMetric) -> str:
        value = getattr(metric, name)
        return "-" if value is None else f"{value:.1f}"

    column.__name__ = name
    return column


def mebibytes(name: str, description: str) -> Column[NetworkMetric]:
    """Return the column of a number of bytes; a dash where nothing was measured."""

    @admin.display(description=f"{description}, MiB", ordering=name)
    def column(metric: NetworkMetric) -> str:
        count = getattr(metric, name)
        return "-" if count is None else f"{count / MIB:,.1f}"

    return column


DAY = day("day")
RESOURCE = linked("resource", ordering="resource__name")
ACCOUNT = linked("resource.account", ordering="resource__account__name")
PERCENTAGES = tuple(
    percent(name) for name in ("average_percent", "maximum_percent", "p99_percent")
)
# What the address of a whole list may hold: its order and its page.
NO_FILTERS = {"o", "p"}
FILTERS = ("resource__account", "resource", "day")


class MetricAdmin(ResourceRowsAdmin[M]):
    """One resource's day."""

    list_select_related = ("resource__account",)
    date_hierarchy = "day"
    # Exactly the index of days: millions of rows are paged without a sort.
    ordering: ClassVar[tuple[str, ...]] = ("-day", "-resource_id")

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """Any column, once a filter or a search has left some of the rows."""
        chosen = {name for name, value in request.GET.items() if value}
        return super().get_sortable_by(request) if chosen - NO_FILTERS else (DAY,)


@admin.register(CpuMetric)
class CpuMetricAdmin(MetricAdmin[CpuMetric]):
    list_display = (DAY, RESOURCE, ACCOUNT, *PERCENTAGES, "samples")
    list_filter = (*FILTERS, "average_percent", "maximum_percent")
    fields = page((DAY, "resource", ACCOUNT), (*PERCENTAGES, "samples"))


@admin.register(MemoryMetric)
class MemoryMetricAdmin(MetricAdmin[MemoryMetric]):
    list_display = (DAY, RESOURCE, ACCOUNT, *PERCENTAGES[:2])
    list_filter = (*FILTERS, "average_percent", "maximum_percent")
    fields = page((DAY, "resource", ACCOUNT), PERCENTAGES[:2])


@admin.register(NetworkMetric)
class NetworkMetricAdmin(MetricAdmin[NetworkMetric]):
    list_display = (
        *(DAY, RESOURCE, ACCOUNT),
        *(mebibytes("in_bytes", "received"), mebibytes("out_bytes", "sent")),
    )
    list_filter = FILTERS
    fields = page((DAY, "resource", ACCOUNT), ("in_bytes", "out_bytes"))


VALUES = tuple(figure(UsageMetric, one) for one in ("average", "maximum", "total"))


@admin.register(UsageMetric)
class UsageMetricAdmin(MetricAdmin[UsageMetric]):
    list_display = (DAY, RESOURCE, ACCOUNT, "metric", *VALUES)
    list_filter = (*FILTERS, "metric")
    ordering = ("-day", "-resource_id", "-metric")
    fields = page((DAY, "resource", ACCOUNT), ("metric", *VALUES))
