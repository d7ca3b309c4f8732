"""What the dashboard showed on each day."""

from django.db import models

from clouds.access import OfAllAccountsQuerySet
from core.db.money_field import MoneyField
from dashboard.digests.models import Digest

# Django finds it here.
__all__ = ["DashboardMetric", "Digest"]


class DashboardMetric(models.Model):
    """One row is the dashboard's summary of all accounts in one currency, as it was at
    the end of one UTC day."""

    day = models.DateField()
    currency = models.CharField(max_length=3)
    total_monthly_cost = MoneyField(null=True)
    monthly_change_percent = models.FloatField(null=True)
    projected_monthly_cost = MoneyField(null=True)
    projection_low = MoneyField(null=True)
    projection_high = MoneyField(null=True)
    utilization_metrics = models.JSONField(default=dict)
    total_vms = models.PositiveIntegerField()
    running_vms = models.PositiveIntegerField()
    total_storage_accounts = models.PositiveIntegerField()
    total_potential_savings = MoneyField(null=True)
    data_through = models.DateField(help_text="The newest day that is stored.")
    reconciled = models.BooleanField(null=True)
    version = models.CharField(
        max_length=200, help_text="The version of the data it was computed from."
    )
    computed_at = models.DateTimeField()

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "currency"], name="dashboardmetric_natural_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.total_monthly_cost} {self.currency}"
