"""How hard machines work, per UTC day. No data is no row; 0 is measured."""

from django.db import models

from inventory.models import Instance
from metrics.querysets import CpuMetricQuerySet


class CpuMetric(models.Model):
    """One instance's CPU on one UTC day, in percent of its vCPUs."""

    instance = models.ForeignKey(Instance, models.CASCADE, related_name="cpu_metrics")
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
        Instance, models.CASCADE, related_name="network_metrics"
    )
    day = models.DateField()
    in_bytes = models.BigIntegerField("received, bytes", null=True, blank=True)
    out_bytes = models.BigIntegerField("sent, bytes", null=True, blank=True)

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
