"""What was not as expected: how much, since when, why, and who looks after it."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse

from costs.fields import MoneyField
from insights.models.changes import StatusChange, version_field
from insights.querysets import AnomalyQuerySet, OfAnomaly
from inventory.models import Resource
from syncs.models import CloudAccount


class Anomaly(models.Model):
    """Days of one part of the costs, or of one machine's CPU, that were not expected.

    `expected`, `low`, `high` and `actual` are of the day that deviates most. They and
    `impact` are estimates, never a bill; of CPU they are percent, and cost nothing.
    """

    class Scope(models.TextChoices):
        TOTAL = "total", "Total"
        ACCOUNT = "account", "Account"
        SERVICE = "service", "Service"
        REGION = "region", "Region"
        MACHINE = "machine", "Machine"

    class Status(models.TextChoices):
        DETECTED = "detected", "Detected"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        INVESTIGATING = "investigating", "Investigating"
        RESOLVED = "resolved", "Resolved"
        DISMISSED = "dismissed", "Dismissed"
        PLANNED = "planned", "Planned"

    class Severity(models.TextChoices):
        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"
        CRITICAL = "critical", "Critical"

    class Kind(models.TextChoices):
        SPIKE = "spike", "Spike"
        SHIFT = "shift", "New level"

    class Direction(models.TextChoices):
        UP = "up", "Above"
        DOWN = "down", "Below"

    OPEN = (Status.DETECTED, Status.ACKNOWLEDGED, Status.INVESTIGATING)

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        null=True,
        related_name="anomalies",
        help_text="Whose bill or machine it is of; none: all accounts together.",
    )
    scope = models.CharField(max_length=8, choices=Scope.choices)
    sub_account_id = models.CharField(
        max_length=64, blank=True, help_text="The account that used it."
    )
    service = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=64, blank=True)
    resource = models.ForeignKey(
        Resource, models.CASCADE, null=True, related_name="anomalies"
    )
    currency = models.CharField(max_length=3, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    direction = models.CharField(max_length=8, choices=Direction.choices)
    first_day = models.DateField()
    last_day = models.DateField()
    peak_day = models.DateField(help_text="The day that deviates most.")
    seen_on = models.DateField(help_text="The first day on which it could be told.")
    is_over = models.BooleanField(
        help_text="It went back, or became what is expected now."
    )
    expected = MoneyField()
    low = MoneyField()
    high = MoneyField()
    actual = MoneyField()
    impact = MoneyField(
        null=True, help_text="What all its days cost beyond what was expected."
    )
    severity = models.CharField(max_length=8, choices=Severity.choices)
    confidence = models.FloatField(help_text="How sure it is, 0 to 1.")
    causes = models.JSONField(
        default=list, help_text="Which parts it is made of, the largest first."
    )
    recall = models.FloatField(
        null=True,
        help_text="Of incidents put into this very history, the share that was found "
        "within two days. Empty: too short to try.",
    )
    false_per_month = models.FloatField(
        null=True, help_text="Other alarms in 30 days of this very history."
    )
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.DETECTED
    )
    detected_at = models.DateTimeField()
    version = version_field()

    objects = AnomalyQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day", "-id"]
        verbose_name_plural = "anomalies"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("account", "sub_account_id", "service", "region"),
                    *("currency", "first_day"),
                ],
                condition=Q(account__isnull=False, resource__isnull=True),
                name="anomaly_once_of_an_account",
            ),
            models.UniqueConstraint(
                fields=["sub_account_id", "service", "region", "currency", "first_day"],
                condition=Q(account__isnull=True, resource__isnull=True),
                name="anomaly_once_of_all",
            ),
            models.UniqueConstraint(
                fields=["resource", "first_day"],
                condition=Q(resource__isnull=False),
                name="anomaly_once_of_a_resource",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-first_day"], name="anomaly_status"),
        ]

    def __str__(self) -> str:
        return f"{self.title} from {self.first_day}"

    def get_absolute_url(self) -> str:
        return reverse("anomaly", args=[self.pk])

    @property
    def title(self) -> str:
        """What it is of, as a page says it."""
        if self.resource:
            return f"CPU of {self.resource.name or self.resource.resource_id}"
        whose = self.account.name if self.account else "all accounts"
        if self.account and self.sub_account_id not in ("", self.account.account_id):
            whose = f"{self.sub_account_id} ({whose})"
        where = [part for part in (self.service, self.region) if part]
        return f"{', '.join(where) or 'Costs'} in {whose}"

    @property
    def unit(self) -> str:
        return "%" if self.resource_id else self.currency

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    @property
    def deviation(self) -> Decimal:
        """How far the peak day is from what was expected."""
        return self.actual - self.expected

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    def next_statuses(self) -> list[Status]:
        """To which of them somebody may move it: to any other."""
        return [status for status in self.Status if status != self.status]


class AnomalyChange(StatusChange):
    """One change of an anomaly's status."""

    anomaly = models.ForeignKey(Anomaly, models.CASCADE, related_name="changes")

    objects = OfAnomaly.as_manager()
