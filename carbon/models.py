"""Energy and emissions per resource and UTC day, and their sums."""

from django.db import models

from carbon.engine.estimate import Unknown
from clouds.access import DayQuerySet
from clouds.models import CloudAccount
from inventory.models import Resource


class EmissionQuerySet(DayQuerySet):
    account_path = "resource__account"


class ResourceEmission(models.Model):
    """One row is the energy and emissions of one resource on one UTC day, estimated.

    None is unknown. Each refresh rewrites the days whose use was read since.
    """

    class Reason(models.TextChoices):
        TYPE = Unknown.TYPE.value, "No figures for its type"
        CPU = Unknown.CPU.value, "Its CPU was not measured"
        SIZE = Unknown.SIZE.value, "Its size is unknown"
        REGION = Unknown.REGION.value, "No figure for its region"

    resource = models.ForeignKey(
        Resource,
        models.CASCADE,
        related_name="emissions",
        db_index=False,  # the natural key begins with it
    )
    day = models.DateField()
    cpu_kwh = models.FloatField("CPU, kWh", null=True, blank=True)
    memory_kwh = models.FloatField("memory, kWh", null=True, blank=True)
    storage_kwh = models.FloatField("storage, kWh", null=True, blank=True)
    network_kwh = models.FloatField("network, kWh", null=True, blank=True)
    kwh = models.FloatField(
        "kWh", null=True, blank=True, help_text="Of all parts, with the data center's."
    )
    operational_kg = models.FloatField(
        "operational, kg CO2e", null=True, blank=True, help_text="Of its electricity."
    )
    embodied_kg = models.FloatField(
        "embodied, kg CO2e",
        null=True,
        blank=True,
        help_text="Its share of what it took to make its server.",
    )
    unknown = models.CharField(
        "why unknown", max_length=8, blank=True, choices=Reason.choices
    )

    objects = EmissionQuerySet.as_manager()

    class Meta:
        verbose_name = "emission estimate"
        verbose_name_plural = "emission estimates"
        ordering = ["-day", "resource"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "day"], name="resourceemission_natural_key"
            ),
        ]
        indexes = [
            models.Index(fields=["day", "resource"], name="resourceemission_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.resource}: {self.operational_kg} kg CO2e"


class EmissionTotal(models.Model):
    """One row is the sum of an account's resources of one kind and region on one day.

    What is unknown is in no sum, and counted; a sum of nothing known is None.
    """

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="emission_totals",
        db_index=False,  # the natural key begins with it
    )
    day = models.DateField()
    kind = models.CharField(max_length=32, choices=Resource.Kind.choices)
    region = models.CharField(max_length=64)
    kwh = models.FloatField("kWh", null=True)
    operational_kg = models.FloatField("operational, kg CO2e", null=True)
    embodied_kg = models.FloatField("embodied, kg CO2e", null=True)
    resources = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(
        default=0, help_text="Resources whose operational emissions are unknown."
    )
    embodied_unknown = models.PositiveIntegerField(
        "embodied unknown",
        default=0,
        help_text="Machines whose share of a server is unknown.",
    )
    computed_at = models.DateTimeField()

    objects = DayQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "account", "kind", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day", "kind", "region"],
                name="emissiontotal_natural_key",
            ),
        ]
        indexes = [models.Index(fields=["day", "account"], name="emissiontotal_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.account}, {self.kind}: {self.operational_kg} kg CO2e"
