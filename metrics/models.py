"""How hard machines work, per UTC day. No data is no row; 0 is measured."""

from django.db import models

from inventory.models import Instance
from metrics.querysets import (
    IDLE_BELOW_PERCENT,
    IDLE_DAYS,
    CpuMetricQuerySet,
    DayQuerySet,
    RecentCpuQuerySet,
)


class CpuMetric(models.Model):
    """One instance's CPU on one UTC day, in percent of its vCPUs."""

    instance = models.ForeignKey(
        Instance,
        models.CASCADE,
        related_name="cpu_metrics",
        db_index=False,  # the natural key begins with it
    )
    day = models.DateField()
    average_percent = models.FloatField("average, %", null=True, blank=True)
    maximum_percent = models.FloatField("maximum, %", null=True, blank=True)
    p99_percent = models.FloatField("p99, %", null=True, blank=True)
    samples = models.PositiveIntegerField(
        null=True, blank=True, help_text="288 a day at five-minute resolution."
    )

    objects = CpuMetricQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "instance"]
        verbose_name = "CPU metric"
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "day"], name="cpumetric_natural_key"
            ),
        ]
        indexes = [models.Index(fields=["day", "instance"], name="cpumetric_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.instance}: {self.average_percent} %"


class NetworkMetric(models.Model):
    """How much one instance received and sent on one UTC day."""

    instance = models.ForeignKey(
        Instance,
        models.CASCADE,
        related_name="network_metrics",
        db_index=False,  # the natural key begins with it
    )
    day = models.DateField()
    in_bytes = models.BigIntegerField("received, bytes", null=True, blank=True)
    out_bytes = models.BigIntegerField("sent, bytes", null=True, blank=True)

    objects = DayQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "instance"]
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "day"], name="networkmetric_natural_key"
            ),
        ]
        indexes = [models.Index(fields=["day", "instance"], name="networkmetric_day")]

    def __str__(self) -> str:
        return (
            f"{self.day} {self.instance}: {self.in_bytes} B in, {self.out_bytes} B out"
        )


class RecentCpu(models.Model):
    """One instance's last 14 complete days in a row: what lists sort and filter by.

    Each CPU sync writes it anew from CpuMetric (metrics.recent). An instance that has
    no data in these days has no row.
    """

    instance = models.OneToOneField(
        Instance, models.CASCADE, primary_key=True, related_name="recent_cpu"
    )
    average_percent = models.FloatField(
        "average, %", null=True, help_text="Of its days' averages."
    )
    maximum_percent = models.FloatField(
        "maximum, %", null=True, help_text="The highest of its days."
    )
    days = models.PositiveSmallIntegerField(help_text="Days with an average.")
    until = models.DateField(help_text="The day after the last of the 14.")

    objects = RecentCpuQuerySet.as_manager()

    class Meta:
        ordering = ["instance"]
        verbose_name = "recent CPU"
        verbose_name_plural = "recent CPU"
        indexes = [
            models.Index(fields=["average_percent"], name="recentcpu_average"),
            models.Index(fields=["maximum_percent"], name="recentcpu_maximum"),
        ]

    def __str__(self) -> str:
        return f"{self.instance} up to {self.until}: {self.average_percent} %"

    @property
    def is_idle(self) -> bool:
        return (
            self.maximum_percent is not None
            and self.maximum_percent < IDLE_BELOW_PERCENT
            and self.days >= IDLE_DAYS
        )
