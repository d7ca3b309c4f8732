"""The admin of daily utilization. Only a sync writes it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    RangeDateFilter,
    RangeNumericFilter,
)

from core.admin.columns import day, linked
from inventory.admin import ResourceRowsAdmin
from metrics.models import CpuMetric, NetworkMetric
from users.audited_admin import M, page

MIB = 2**20


@admin.display(description="average, %", ordering="average_percent")
def average_percent(metric: CpuMetric) -> str:
    return percent(metric.average_percent)


@admin.display(description="maximum, %", ordering="maximum_percent")
def maximum_percent(metric: CpuMetric) -> str:
    return percent(metric.maximum_percent)


@admin.display(description="p99, %", ordering="p99_percent")
def p99_percent(metric: CpuMetric) -> str:
    return percent(metric.p99_percent)


def percent(value: float | None) -> str:
    """One decimal; a dash for what was not measured, which is not 0."""
    return "-" if value is None else f"{value:.1f}"


@admin.display(description="received, MiB", ordering="in_bytes")
def received(metric: NetworkMetric) -> str:
    return mebibytes(metric.in_bytes)


@admin.display(description="sent, MiB", ordering="out_bytes")
def sent(metric: NetworkMetric) -> str:
    return mebibytes(metric.out_bytes)


def mebibytes(count: int | None) -> str:
    return "-" if count is None else f"{count / MIB:,.1f}"


DAY = day("day")
RESOURCE = linked("resource", ordering="resource__name")
ACCOUNT = linked("resource.account", ordering="resource__account__name")
# What the address of a whole list may hold: its order and its page.
NO_FILTERS = {"o", "p"}
FILTERS = (
    ("resource__account", AutocompleteSelectFilter),
    ("resource", AutocompleteSelectFilter),
    ("day", RangeDateFilter),
)


class MetricAdmin(ResourceRowsAdmin[M]):
    """One resource's day."""

    list_select_related = ("resource__account",)
    date_hierarchy = "day"
    # Exactly the index of days: millions of rows are paged without a sort.
    ordering = ("-day", "-resource_id")

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """Any column, once a filter or a search has left some of the rows."""
        chosen = {name for name, value in request.GET.items() if value}
        return super().get_sortable_by(request) if chosen - NO_FILTERS else (DAY,)


@admin.register(CpuMetric)
class CpuMetricAdmin(MetricAdmin[CpuMetric]):
    list_display = (
        DAY,
        RESOURCE,
        ACCOUNT,
        average_percent,
        maximum_percent,
        p99_percent,
        "samples",
    )
    list_filter = (
        *FILTERS,
        ("average_percent", RangeNumericFilter),
        ("maximum_percent", RangeNumericFilter),
    )
    fields = page(
        (DAY, "resource", ACCOUNT),
        (average_percent, maximum_percent, p99_percent, "samples"),
    )


@admin.register(NetworkMetric)
class NetworkMetricAdmin(MetricAdmin[NetworkMetric]):
    list_display = (DAY, RESOURCE, ACCOUNT, received, sent)
    list_filter = FILTERS
    fields = page((DAY, "resource", ACCOUNT), ("in_bytes", "out_bytes"))
