"""The admin of daily utilisation. Only a sync writes it."""

from django.contrib import admin
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    RangeDateFilter,
    RangeNumericFilter,
)

from metrics.models import CpuMetric, NetworkMetric
from syncs.columns import day, linked
from syncs.readonly import M, ReadOnlyAdmin, page

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
INSTANCE = linked("instance", ordering="instance__name")
ACCOUNT = linked("instance.account", ordering="instance__account__name")
FILTERS = (
    ("instance__account", AutocompleteSelectFilter),
    ("instance", AutocompleteSelectFilter),
    ("day", RangeDateFilter),
)


class MetricAdmin(ReadOnlyAdmin[M]):
    """One instance's day."""

    list_select_related = ("instance__account",)
    search_fields = ("=instance__instance_id", "instance__name")
    search_help_text = "A machine's whole id, or part of its name."
    date_hierarchy = "day"
    # Exactly the index of days: millions of rows are paged without a sort.
    ordering = ("-day", "-instance_id")


@admin.register(CpuMetric)
class CpuMetricAdmin(MetricAdmin[CpuMetric]):
    list_display = (
        DAY,
        INSTANCE,
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
        (DAY, "instance", ACCOUNT),
        (average_percent, maximum_percent, p99_percent, "samples"),
    )


@admin.register(NetworkMetric)
class NetworkMetricAdmin(MetricAdmin[NetworkMetric]):
    list_display = (DAY, INSTANCE, ACCOUNT, received, sent)
    list_filter = FILTERS
    fields = page((DAY, "instance", ACCOUNT), ("in_bytes", "out_bytes"))
