"""What is measured of the installation: series, their points, and sums of those."""

from datetime import datetime

from django.db import models

from clouds.access import OfAllAccountsQuerySet
from monitoring.metrics.querysets import SeriesQuerySet

LONGEST_NAME, LONGEST_UNIT = 100, 20


class MetricSeries(models.Model):
    """One row is one metric with one set of labels, such as the CPU of one host."""

    name = models.CharField(max_length=LONGEST_NAME)
    labels = models.JSONField(default=dict)
    labels_digest = models.CharField(max_length=64, help_text="Of the sorted labels.")
    unit = models.CharField(max_length=LONGEST_UNIT, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text="When it was last given a value.")

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "metric series"
        constraints = [
            models.UniqueConstraint(
                fields=["name", "labels_digest"], name="metricseries_natural_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.label_text})" if self.labels else self.name

    @property
    def label_text(self) -> str:
        return ", ".join(f"{key}={value}" for key, value in sorted(self.labels.items()))


class MetricPoint(models.Model):
    """One row is the value of a series at one time.

    On PostgreSQL the table is in partitions of a month; see `partitions.py`. No foreign
    key is held there, as one would be looked up for each of thousands of points.
    """

    pk = models.CompositePrimaryKey("series_id", "recorded_at")
    series = models.ForeignKey(
        MetricSeries, models.CASCADE, related_name="points", db_constraint=False
    )
    recorded_at = models.DateTimeField()
    value = models.FloatField()

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-series_id"]
        indexes = [
            models.Index(fields=["recorded_at", "series"], name="metricpoint_time")
        ]

    def __str__(self) -> str:
        return f"{self.value} at {self.recorded_at:%Y-%m-%d %H:%M:%S}"


class MetricRollup(models.Model):
    """One row sums up the points of a series in one hour or UTC day."""

    class Interval(models.TextChoices):
        HOUR = "hour", "Hour"
        DAY = "day", "Day"

        def start_of(self, at: datetime) -> datetime:
            start = at.replace(minute=0, second=0, microsecond=0)
            return start if self == self.HOUR else start.replace(hour=0)

    series = models.ForeignKey(MetricSeries, models.CASCADE, related_name="rollups")
    interval = models.CharField(max_length=4, choices=Interval.choices)
    start_at = models.DateTimeField()
    count = models.PositiveIntegerField()
    total = models.FloatField()
    minimum = models.FloatField()
    maximum = models.FloatField()
    p50 = models.FloatField()
    p95 = models.FloatField()
    p99 = models.FloatField()
    buckets = models.TextField(
        help_text="How many values each bucket has, as distribution.py packs it."
    )

    class Meta:
        ordering = ["-start_at", "series_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["interval", "series", "start_at"],
                name="metricrollup_natural_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} in the {self.interval} of {self.start_at:%Y-%m-%d %H:%M}"


class HostCounters(models.Model):
    """One row is what a host had counted when it was last read."""

    host = models.CharField(max_length=253, unique=True)
    read_at = models.DateTimeField()
    boot_at = models.DateTimeField(help_text="When the host started to count.")
    counters = models.JSONField(default=dict)

    class Meta:
        ordering = ["host"]
        verbose_name_plural = "host counters"

    def __str__(self) -> str:
        return self.host
