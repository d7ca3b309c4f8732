"""How much one resource was used per day, and many were lately: what pages show."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db.models import Avg, Max

from core.templatetags.formats import UNKNOWN, percent, size
from core.windows import Window
from inventory.models import Resource
from metrics.models import (
    CpuMetric,
    DailyMetric,
    MemoryMetric,
    NetworkMetric,
    UsageMetric,
)

Kind = Resource.Kind
Metric = UsageMetric.Metric
M = TypeVar("M", bound=DailyMetric)
Lines = Sequence[tuple[str, str]]
USE_LINES = [("Average", "average"), ("Maximum", "maximum"), ("Total", "total")]
CPU_LINES = [
    ("Average", "average_percent"),
    ("p99", "p99_percent"),
    ("Maximum", "maximum_percent"),
]
MEMORY_LINES = [("Average", "average_percent"), ("Maximum", "maximum_percent")]
NETWORK_LINES = [("Received", "in_bytes"), ("Sent", "out_bytes")]
# A line has one color on every chart.
COLORS = {"Average": "c1", "p99": "c2", "Maximum": "c3", "Total": "c1"}
COLORS |= {"Received": "c1", "Sent": "c2"}
# What is summed over a day, unlike what there is at a time.
SUMS = {"in_bytes", "out_bytes", "total"}
PER_DAY = {"bytes": "bytes per day", "count": "number per day"}
# The columns of a list: a label, and the metric with what is shown of it.
CPU = "cpu"
RECENT: Mapping[Kind, Sequence[tuple[str, str, str]]] = {
    Kind.DATABASE: [
        ("Average CPU", CPU, "average"),
        ("Peak connections", Metric.CONNECTIONS, "maximum"),
    ],
    Kind.LOAD_BALANCER: [
        ("Requests per day", Metric.REQUESTS, "total"),
        ("Processed per day", Metric.PROCESSED_BYTES, "total"),
    ],
    Kind.NAT_GATEWAY: [("Processed per day", Metric.PROCESSED_BYTES, "total")],
    Kind.BUCKET: [("Transactions per day", Metric.TRANSACTIONS, "total")],
}


@dataclass(slots=True)
class UsePanel:
    """One metric of one resource: a chart, and a table of its days."""

    name: str
    title: str
    chart: dict[str, Any]
    labels: Sequence[str]
    rows: Sequence[tuple[date, Sequence[str]]]


def use_panels(resource: Resource, window: Window) -> list[UsePanel]:
    """Return a panel of each metric that has days in the window. Four queries."""
    use: dict[str, list[UsageMetric]] = defaultdict(list)
    for day in _days(UsageMetric, resource, window):
        use[day.metric].append(day)
    found: list[tuple[str, str, str, Lines, Sequence[DailyMetric]]] = [
        (CPU, "CPU utilization", "%", CPU_LINES, _days(CpuMetric, resource, window)),
        (
            "memory",
            "Memory used",
            "%",
            MEMORY_LINES,
            _days(MemoryMetric, resource, window),
        ),
        (
            "network",
            "Network",
            "bytes",
            NETWORK_LINES,
            _days(NetworkMetric, resource, window),
        ),
        *((one, one.label, unit_of(one), USE_LINES, use[one]) for one in Metric),
    ]
    return [
        _panel(name, title, unit, lines, days, window)
        for name, title, unit, lines, days in found
        if days
    ]


def _panel(
    name: str,
    title: str,
    unit: str,
    lines: Lines,
    days: Sequence[DailyMetric],
    window: Window,
) -> UsePanel:
    known = [(label, column) for label, column in lines if _has_any(days, column)]
    shown = [(label, column, unit) for label, column in known]
    if name == CPU and _has_any(days, "samples"):
        shown.append(("Samples", "samples", "count"))
    rows = [
        (day.day, [text_of(getattr(day, column), of) for _, column, of in shown])
        for day in days
    ]
    chart = line_chart(days, window, known, unit)
    return UsePanel(name, title, chart, [label for label, _, _ in shown], rows)


def _has_any(days: Sequence[DailyMetric], column: str) -> bool:
    return any(getattr(day, column) is not None for day in days)


def line_chart(
    days: Sequence[DailyMetric], window: Window, lines: Lines, unit: str
) -> dict[str, Any]:
    """A line of each column; a day without data is a gap."""
    stored = {metric.day: metric for metric in days}
    is_sum = any(column in SUMS for _, column in lines)
    return {
        "kind": "line",
        "unit": unit,
        "per_day": PER_DAY.get(unit, "") if is_sum else "",
        "granularity": "daily",
        "labels": [day.isoformat() for day in window.days()],
        "estimated": [],
        "series": [
            {
                "label": label,
                "values": [
                    getattr(stored.get(day), column, None) for day in window.days()
                ],
                "color": COLORS[label],
            }
            for label, column in lines
        ],
    }


def recent_use(
    kind: Kind, keys: Collection[int], window: Window
) -> Mapping[int, Sequence[str]]:
    """Return the texts of the kind's columns, by key. Two queries at most."""
    figures: dict[tuple[int, str], Mapping[str, float | None]] = {}
    columns = RECENT.get(kind, [])
    if any(metric == CPU for _, metric, _ in columns):
        days = CpuMetric.objects.filter(resource__in=keys).in_window(window).order_by()
        for key, average in days.values_list("resource_id").annotate(
            Avg("average_percent")
        ):
            figures[key, CPU] = {"average": average}
    used = UsageMetric.objects.filter(resource__in=keys).in_window(window).order_by()
    for key, metric, maximum, total in used.values_list(
        "resource_id", "metric"
    ).annotate(Max("maximum"), Avg("total")):
        figures[key, metric] = {"maximum": maximum, "total": total}
    return {
        key: [
            text_of(figures.get((key, metric), {}).get(name), unit_of(metric))
            for _, metric, name in columns
        ]
        for key in keys
    }


def unit_of(metric: str) -> str:
    if metric == CPU or metric.endswith("_percent"):
        return "%"
    return "bytes" if metric.endswith("_bytes") else "count"


def text_of(value: float | None, unit: str) -> str:
    if value is None:
        return UNKNOWN
    if unit == "%":
        return percent(value)
    if unit == "bytes":
        return size(round(value))
    return f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:,.1f}"


def _days(model: type[M], resource: Resource, window: Window) -> list[M]:
    rows = model.objects.filter(resource=resource).in_window(window)
    return list(rows.order_by("-day"))
