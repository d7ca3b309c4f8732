"""When the insights of each account were computed, and list prices."""

from django.db import models
from django.db.models import Q

from costs.fields import MoneyField
from people.limits import OfAccounts
from providers.records import InstancePriceRecord
from syncs.models import CloudAccount, CloudKind


class RefreshState(models.Model):
    """One row is the last computation of one account's insights.

    The row without an account is of all accounts together. Insights are due where
    `version` differs from the version of the stored data.
    """

    account = models.OneToOneField(
        CloudAccount, models.CASCADE, null=True, related_name="refresh_state"
    )
    version = models.CharField(
        max_length=200,
        blank=True,
        help_text="The version of the data it was computed from.",
    )
    parts = models.JSONField(
        default=dict, help_text="The version of the data that each part was made from."
    )
    refreshed_at = models.DateTimeField(
        null=True, help_text="When all parts were last computed without an error."
    )
    tried_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True, help_text="Duration.")
    error = models.TextField(blank=True, help_text="What failed, and what to do.")
    remark = models.TextField(
        blank=True, help_text="Incomplete data, such as missing list prices."
    )
    held_by = models.CharField(max_length=256, blank=True)
    held_at = models.DateTimeField(null=True)

    objects = OfAccounts.as_manager()

    class Meta:
        ordering = ["account", "id"]
        constraints = [
            # A one-to-one field takes any number of rows without an account.
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(account__isnull=True),
                name="refreshstate_one_of_all",
            ),
        ]

    def __str__(self) -> str:
        return f"insights of {self.account or 'all accounts'}"


class InstancePrice(models.Model):
    """What a running hour of one type costs on demand, as its cloud last said."""

    provider = models.CharField(max_length=16, choices=CloudKind.choices)
    region = models.CharField(max_length=64)
    operating_system = models.CharField(max_length=32)
    instance_type = models.CharField(max_length=64)
    tenancy = models.CharField(max_length=32)
    hourly = MoneyField()
    currency = models.CharField(max_length=3)
    vcpus = models.PositiveIntegerField("vCPUs")
    memory_mib = models.PositiveIntegerField("memory, MiB")
    architecture = models.CharField(max_length=16)
    is_current_generation = models.BooleanField()
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["provider", "region", "instance_type", "operating_system"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("provider", "region", "operating_system", "instance_type"),
                    *("tenancy", "currency"),
                ],
                name="instanceprice_natural_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instance_type} in {self.region}: {self.hourly} {self.currency}/h"

    @property
    def record(self) -> InstancePriceRecord:
        """As the cloud gave it."""
        return InstancePriceRecord(
            region=self.region,
            instance_type=self.instance_type,
            operating_system=self.operating_system,
            hourly=self.hourly,
            currency=self.currency,
            vcpus=self.vcpus,
            memory_mib=self.memory_mib,
            architecture=self.architecture,
            is_current_generation=self.is_current_generation,
            tenancy=self.tenancy,
        )
