"""Utilization of resources per UTC day. No data is no row; 0 is measured."""

from django.db import models
from django.db.models import Q

from inventory.models import Resource
from metrics.querysets import MetricQuerySet
from providers.metric_records import MetricName


class DailyMetric(models.Model):
    resource = models.ForeignKey(
        Resource,
        models.CASCADE,
        db_index=False,  # the natural key begins with it
    )
    day = models.DateField()

    objects = MetricQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-day", "resource"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "day"], name="%(class)s_natural_key"
            ),
        ]
        indexes = [models.Index(fields=["day", "resource"], name="%(class)s_day")]


class CpuMetric(DailyMetric):
    """One row is one resource's CPU on one UTC day, in percent of its vCPUs."""

    average_percent = models.FloatField("average, %", null=True, blank=True)
    maximum_percent = models.FloatField("maximum, %", null=True, blank=True)
    p99_percent = models.FloatField("p99, %", null=True, blank=True)
    samples = models.PositiveIntegerField(
        null=True, blank=True, help_text="288 a day: counted at five minutes."
    )

    class Meta(DailyMetric.Meta):
        verbose_name = "CPU metric"

    def __str__(self) -> str:
        return f"{self.day} {self.resource}: {self.average_percent}%"


class MemoryMetric(DailyMetric):
    """One row is how much of one resource's memory was used on one UTC day."""

    average_percent = models.FloatField("average, %", null=True, blank=True)
    maximum_percent = models.FloatField("maximum, %", null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.day} {self.resource}: {self.average_percent}% of memory"


class NetworkMetric(DailyMetric):
    """One row is what one resource received and sent on one UTC day."""

    in_bytes = models.BigIntegerField("received, bytes", null=True, blank=True)
    out_bytes = models.BigIntegerField("sent, bytes", null=True, blank=True)

    def __str__(self) -> str:
        return (
            f"{self.day} {self.resource}: {self.in_bytes} B in, {self.out_bytes} B out"
        )


class UsageMetric(DailyMetric):
    """One row is how much one resource was used on one UTC day, by one metric.

    What there is at a time has an average and a maximum, what is counted a total.
    """

    class Metric(models.TextChoices):
        CONNECTIONS = MetricName.CONNECTIONS.value, "Connections"
        STORAGE_USED_BYTES = MetricName.STORAGE_USED_BYTES.value, "Storage used"
        ACTIVE_CONNECTIONS = MetricName.ACTIVE_CONNECTIONS.value, "Active connections"
        PROCESSED_BYTES = MetricName.PROCESSED_BYTES.value, "Processed bytes"
        REQUESTS = MetricName.REQUESTS.value, "Requests"
        TRANSACTIONS = MetricName.TRANSACTIONS.value, "Transactions"
        OPERATIONS_PER_SECOND = (
            MetricName.OPERATIONS_PER_SECOND.value,
            "Operations per second",
        )
        THROUGHPUT_BYTES = (
            MetricName.THROUGHPUT_BYTES.value,
            "Throughput, bytes per second",
        )
        HEALTHY_PERCENT = MetricName.HEALTHY_PERCENT.value, "Health probes answered"
        HEALTHY_TARGETS = MetricName.HEALTHY_TARGETS.value, "Healthy targets"

    metric = models.CharField(max_length=24, choices=Metric.choices)
    average = models.FloatField(null=True, blank=True)
    maximum = models.FloatField(null=True, blank=True)
    total = models.FloatField(null=True, blank=True)

    class Meta(DailyMetric.Meta):
        ordering = ["-day", "resource", "metric"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "day", "metric"], name="usagemetric_natural_key"
            ),
        ]
        indexes = [
            models.Index(fields=["day", "resource", "metric"], name="usagemetric_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.resource}: {self.get_metric_display()}"


class RecentCpu(models.Model):
    """One row is one instance's CPU in the last 14 complete days: what lists sort and
    filter by.

    Each CPU sync rewrites it from CpuMetric (metrics.recent_cpu_rollup). A resource
    without data in these days has no row.
    """

    resource = models.OneToOneField(
        Resource, models.CASCADE, primary_key=True, related_name="recent_cpu"
    )
    average_percent = models.FloatField(
        "average, %", null=True, help_text="Of its days' averages."
    )
    maximum_percent = models.FloatField(
        "maximum, %", null=True, help_text="The highest of its days."
    )
    days = models.PositiveSmallIntegerField(help_text="Days with an average.")
    is_idle = models.BooleanField(
        null=True, help_text="By metrics.idle; unknown where there are too few days."
    )
    until = models.DateField(help_text="The day after the last of the 14.")

    objects = MetricQuerySet.as_manager()

    class Meta:
        ordering = ["resource"]
        verbose_name = "recent CPU"
        verbose_name_plural = "recent CPU"
        indexes = [
            models.Index(fields=["average_percent"], name="recentcpu_average"),
            models.Index(fields=["maximum_percent"], name="recentcpu_maximum"),
            models.Index(
                fields=["resource"], condition=Q(is_idle=True), name="recentcpu_idle"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} up to {self.until}: {self.average_percent}%"
