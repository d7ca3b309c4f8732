"""What reading the cloud costs."""

from decimal import Decimal

from django.db import models

from clouds.access import OfAllAccountsQuerySet
from clouds.models import CloudAccount
from syncs.api_usage.querysets import ApiUsageQuerySet


class ApiUsage(models.Model):
    """One row is the requests of one operation for one account on one UTC day."""

    account = models.ForeignKey(CloudAccount, models.CASCADE, related_name="api_usage")
    day = models.DateField()
    service = models.CharField(
        max_length=64, help_text="As its cloud names it: ce, ec2."
    )
    operation = models.CharField(max_length=128)
    requests = models.PositiveBigIntegerField(default=0)
    # 10^-5 USD is AWS's smallest price, of one metric; whole numbers add up exactly.
    usd_e5 = models.PositiveBigIntegerField("cost, 10^-5 USD", default=0)

    objects = ApiUsageQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "account", "service", "operation"]
        verbose_name = "API usage"
        verbose_name_plural = "API usage"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day", "service", "operation"],
                name="apiusage_natural_key",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="apiusage_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.service}:{self.operation}: {self.requests}"

    @property
    def usd(self) -> Decimal:
        return Decimal(self.usd_e5).scaleb(-5)


class ApiBudgetDay(models.Model):
    """One row is what all syncs together have reserved of one UTC day's budget."""

    day = models.DateField(primary_key=True)
    usd_e5 = models.PositiveBigIntegerField("reserved, 10^-5 USD", default=0)

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]
        verbose_name = "API budget day"

    def __str__(self) -> str:
        return f"{self.day}: ${self.usd}"

    @property
    def usd(self) -> Decimal:
        return Decimal(self.usd_e5).scaleb(-5)
