"""List prices, and which of them were read when."""

from dataclasses import fields
from decimal import Decimal

from django.db import models

from clouds.registry import CloudKind
from core.db.money_field import MoneyField
from core.windows import HOURS_PER_MONTH
from pricing.querysets import InstancePriceQuerySet, ResourcePriceQuerySet
from providers.records import (
    InstancePriceRecord,
    Market,
    PriceUnit,
    ResourceMarket,
)

PRICE_KEY = ["provider", *Market._fields, "instance_type", "currency"]
FAMILY_KEY = ["provider", *Market._fields, "family", "currency"]
RESOURCE_PRICE_KEY = [
    *("provider", *ResourceMarket._fields, "sku", "redundancy"),
    *("unit", "from_quantity", "currency"),
]


class InstancePrice(models.Model):
    """One row is what a running hour of one instance type costs on demand."""

    provider = models.CharField(max_length=16, choices=CloudKind.choices)
    region = models.CharField(max_length=64)
    operating_system = models.CharField(max_length=64)
    instance_type = models.CharField(max_length=64)
    tenancy = models.CharField(max_length=32)
    hourly = MoneyField()
    currency = models.CharField(max_length=3)
    vcpus = models.PositiveIntegerField("vCPUs")
    memory_mib = models.PositiveIntegerField("memory, MiB")
    architecture = models.CharField(max_length=16)
    is_current_generation = models.BooleanField()
    committed_hourly = MoneyField(
        null=True,
        help_text="Of a year that is committed to, nothing upfront. Empty: not known.",
    )
    read_at = models.DateTimeField()

    objects = InstancePriceQuerySet.as_manager()

    class Meta:
        ordering = ["provider", "region", "instance_type", "operating_system"]
        constraints = [
            models.UniqueConstraint(fields=PRICE_KEY, name="instanceprice_natural_key"),
        ]

    def __str__(self) -> str:
        return f"{self.instance_type} in {self.region}: {self.hourly} {self.currency}/h"

    @property
    def monthly(self) -> Decimal:
        """The price of a month of running hours."""
        return self.hourly * HOURS_PER_MONTH

    @property
    def record(self) -> InstancePriceRecord:
        names = [field.name for field in fields(InstancePriceRecord)]
        return InstancePriceRecord(**{name: getattr(self, name) for name in names})


class PricedFamily(models.Model):
    """One row is one family of instance types whose prices were read.

    A family that is not sold there has a row too, so that it is not asked for
    each time.
    """

    provider = models.CharField(max_length=16, choices=CloudKind.choices)
    region = models.CharField(max_length=64)
    operating_system = models.CharField(max_length=64)
    tenancy = models.CharField(max_length=32, default="Shared")
    family = models.CharField(max_length=64)
    currency = models.CharField(max_length=3, default="USD")
    read_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "priced families"
        ordering = FAMILY_KEY
        constraints = [
            models.UniqueConstraint(fields=FAMILY_KEY, name="pricedfamily_natural_key"),
        ]

    def __str__(self) -> str:
        return (
            f"{self.family} in {self.region}, {self.operating_system}, {self.tenancy}"
        )


class ResourcePrice(models.Model):
    """One row is what one unit of a kind of resource costs, before discounts."""

    provider = models.CharField(max_length=16, choices=CloudKind.choices)
    region = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)
    engine = models.CharField(max_length=64, blank=True, help_text="Of a database.")
    sku = models.CharField(
        "SKU", max_length=64, help_text="Its size or variety, as the inventory has it."
    )
    redundancy = models.CharField(max_length=64, blank=True)
    unit = models.CharField(
        max_length=16, choices=[(one.value, one.value) for one in PriceUnit]
    )
    from_quantity = models.DecimalField(
        "above",
        max_digits=20,
        decimal_places=4,
        help_text="Each unit above it costs this, until the next such price begins; "
        "those below the first are included. Where the unit is a month, it is the "
        "whole price of a size above it.",
    )
    amount = MoneyField()
    currency = models.CharField(max_length=3)
    minimum_days = models.PositiveIntegerField(
        help_text="For as long it is charged, also where it is deleted before."
    )
    read_at = models.DateTimeField()

    objects = ResourcePriceQuerySet.as_manager()

    class Meta:
        ordering = RESOURCE_PRICE_KEY
        constraints = [
            models.UniqueConstraint(
                fields=RESOURCE_PRICE_KEY, name="resourceprice_natural_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku} in {self.region}: {self.amount} {self.currency}/{self.unit}"
