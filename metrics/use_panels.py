"""How much one resource was used per day, and many were lately: what pages show."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Avg, Max

from core.templatetags.formats import UNKNOWN, percent, size
from core.windows import Window
from inventory.models import Resource
from metrics.models import CpuMetric, DailyMetric, MemoryMetric, UsageMetric
from metrics.utilization_charts import lines

Kind = Resource.Kind
Metric = UsageMetric.Metric
M = TypeVar("M", bound=DailyMetric)
PERCENT = [("Average", "average_percent"), ("Maximum", "maximum_percent")]
USE = [("Average", "average"), ("Maximum", "maximum"), ("Total", "total")]
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


@dataclass(frozen=True, slots=True)
class UsePanel:
    """One metric of one resource: a chart, and a table of its days."""

    name: str
    title: str
    unit: str
    """%, bytes, or count."""
    days: Sequence[DailyMetric]
    window: Window
    lines: Sequence[tuple[str, str]]

    @property
    def known(self) -> Sequence[tuple[str, str]]:
        """Return the lines of which there is a value."""
        return [
            (label, name)
            for label, name in self.lines
            if any(getattr(day, name) is not None for day in self.days)
        ]

    @property
    def chart(self) -> dict[str, object]:
        return lines(self.days, self.window, self.known, self.unit)

    @property
    def rows(self) -> Sequence[tuple[date, Sequence[str]]]:
        return [
            (
                day.day,
                [text_of(getattr(day, name), self.unit) for _, name in self.known],
            )
            for day in self.days
        ]


def use_panels(resource: Resource, window: Window) -> list[UsePanel]:
    """Return a panel of each metric that has days in the window. Three queries."""
    found = [
        UsePanel(
            "cpu",
            "CPU utilization",
            "%",
            _days(CpuMetric, resource, window),
            window,
            PERCENT,
        ),
        UsePanel(
            "memory",
            "Memory used",
            "%",
            _days(MemoryMetric, resource, window),
            window,
            PERCENT,
        ),
    ]
    use: dict[str, list[UsageMetric]] = defaultdict(list)
    for day in _days(UsageMetric, resource, window):
        use[day.metric].append(day)
    found += [
        UsePanel(
            metric.value, str(metric.label), unit_of(metric), use[metric], window, USE
        )
        for metric in Metric
    ]
    return [panel for panel in found if panel.days]


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
    return "%" if metric == CPU else "bytes" if metric.endswith("_bytes") else "count"


def text_of(value: float | None, unit: str) -> str:
    if value is None:
        return UNKNOWN
    if unit == "%":
        return percent(value)
    if unit == "bytes":
        return size(round(value))
    return f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:,.1f}"


def _days(model: type[M], resource: Resource, window: Window) -> list[M]:
    rows = model._default_manager.filter(resource=resource)
    return list(rows.filter(day__gte=window.start, day__lt=window.end).order_by("-day"))
