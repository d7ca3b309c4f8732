"""What the API's lists of system metrics are filtered by."""

from datetime import UTC, datetime, timedelta
from typing import Any

import django_filters as filters
from django.utils import timezone

from core.api.filters import AnyText, OneChoice, WindowForm, moment_filter
from core.windows import ONE_DAY, midnight, utc_day
from monitoring.metrics.models import MetricRollup, MetricSeries
from monitoring.metrics.querysets import SeriesQuerySet

Interval = MetricRollup.Interval
DEFAULT_DAYS = 30
MOST_ROWS = 2400
LENGTH = {Interval.HOUR: timedelta(hours=1), Interval.DAY: ONE_DAY}


def labels_filter() -> AnyText:
    return AnyText(
        commas=False,
        method="filter_labels",
        help_text="Labels of the series, each as key=value.",
    )


class LabelsForm(WindowForm):
    """Refuses what is no label, and a window that ends before it starts."""

    def clean_labels(self) -> list[str]:
        labels: list[str] = self.cleaned_data["labels"]
        MetricSeries.objects.labeled(labels or [])
        return labels


class SeriesFilter(filters.FilterSet):
    name = AnyText(help_text="One or several metrics.")
    labels = labels_filter()
    search = filters.CharFilter("name", "icontains", help_text="Part of the name.")

    class Meta:
        form = LabelsForm

    def filter_labels(
        self, rows: SeriesQuerySet, name: str, value: list[str]
    ) -> SeriesQuerySet:
        return rows.labeled(value)


class PointFilter(filters.FilterSet):
    name = AnyText(method="by_series", help_text="One or several metrics.")
    labels = AnyText(
        commas=False,
        method="by_series",
        help_text="Labels of the series, each as key=value.",
    )
    start = moment_filter("recorded_at", "gte", "From this time on.")
    end = moment_filter("recorded_at", "lt", "Before this time.")

    class Meta:
        form = LabelsForm

    def by_series(self, rows: Any, name: str, value: list[str]) -> Any:
        return rows  # filter_queryset does, by both at once

    def filter_queryset(self, queryset: Any) -> Any:
        """Find the series first: points of one are read from the index of their keys,
        and a join would go through the points of all."""
        rows = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        names, labels = (asked.get(name) for name in ("name", "labels"))
        if not names and not labels:
            return rows
        series = MetricSeries.objects.labeled(labels or [])
        if names:
            series = series.filter(name__in=names)
        keys = list(series.order_by().values_list("pk", flat=True))
        return (
            rows.filter(series=keys[0])
            if len(keys) == 1
            else rows.filter(series__in=keys)
        )


class AggregateForm(LabelsForm):
    """Fills in the last 30 days, and refuses parts of hours and days."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors:
            return data
        interval = data["interval"] = Interval(data.get("interval") or Interval.DAY)
        length = LENGTH[interval]
        tomorrow = midnight(utc_day(timezone.now())) + ONE_DAY
        end: datetime = (data.get("end") or tomorrow).astimezone(UTC)
        start: datetime = data.get("start") or end - ONE_DAY * DEFAULT_DAYS
        start = start.astimezone(UTC)
        data |= {"start": start, "end": end}
        for name, at in (("start", start), ("end", end)):
            # The API checks by what is asked for alone: an error is of one of these.
            if name in self.fields and interval.start_of(at) != at:
                self.add_error(name, f"Give the start of a UTC {interval}.")
        if start >= end:
            self.add_error("start", "start must be before end; end is exclusive.")
        elif (end - start) / length > MOST_ROWS:
            self.add_error("start", f"Ask for at most {MOST_ROWS:,} {interval}s.")
        return data


class AggregateFilter(filters.FilterSet):
    """Series of one name, and the window in which they are summed up."""

    name = filters.CharFilter(required=True, help_text="Name of the metric.")
    labels = labels_filter()
    interval = OneChoice(choices=Interval.choices, help_text="day by default.")
    start = moment_filter("created_at", "gte", "From this hour or day on.")
    end = moment_filter("created_at", "lt", "Before this hour or day.")

    class Meta:
        form = AggregateForm

    def filter_labels(
        self, rows: SeriesQuerySet, name: str, value: list[str]
    ) -> SeriesQuerySet:
        return rows.labeled(value)

    def filter_queryset(self, queryset: SeriesQuerySet) -> SeriesQuerySet:
        """The window is of what is summed up, not of the series."""
        data = self.form.cleaned_data
        return queryset.filter(name=data["name"]).labeled(data.get("labels") or [])
