"""Changes of costs that people announce before alarms find them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from clouds.access import AccountScopedQuerySet
from clouds.models import CloudAccount
from insights.anomalies.models import Anomaly

# Of an anomaly, this share must come from the part that is planned.
LEAST_SHARE = 0.5


class PlannedChange(models.Model):
    """One row is a change of costs that is known beforehand, as a migration is.

    Anomalies of its part that begin on its days get the status "planned".
    """

    name = models.CharField(max_length=100, help_text="What happens, in a few words.")
    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="planned_changes",
        help_text="Empty: all accounts.",
    )
    service = models.CharField(
        max_length=200, blank=True, help_text="As on the bill. Empty: any service."
    )
    region = models.CharField(max_length=64, blank=True, help_text="Empty: any region.")
    first_day = models.DateField()
    last_day = models.DateField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(editable=False)

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day", "-id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("planned-changes")

    def clean(self) -> None:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": "It must not be before the first day."})

    def explains(self, anomaly: Anomaly) -> bool:
        """Return whether most of that anomaly's money is of its part and its days."""
        is_then = (
            self.first_day <= anomaly.seen_on and anomaly.first_day <= self.last_day
        )
        if not (is_then and anomaly.currency):
            return False
        share = sum(
            cause["share"]
            for cause in anomaly.causes
            if self._has_account(anomaly, cause["account"])
            and self.service in ("", cause["service"])
            and self.region in ("", cause["region"])
        )
        return bool(share >= LEAST_SHARE)

    def _has_account(self, anomaly: Anomaly, used_by: str) -> bool:
        """Return whether its account has that bill, or used that part of a payer's."""
        if self.account is None or self.account.pk == anomaly.account_id:
            return True
        return self.account.account_id == used_by
