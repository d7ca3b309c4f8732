"""Anomalies of costs and CPU, and the changes of their status."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from clouds.models import ACCOUNT_ID_LENGTH, CloudAccount
from core.db.money_field import MoneyField
from insights.anomalies.querysets import AnomalyChangeQuerySet, AnomalyQuerySet
from insights.status_change import StatusChange, other_statuses, version_field
from inventory.models import Resource
from providers.settings import TAG_KEY_LENGTH, TAG_VALUE_LENGTH
from users.owned import Owned


class Anomaly(Owned):
    """One row is a deviation of one part of the costs, or of one instance's CPU.

    `expected`, `low`, `high` and `actual` are of the day that deviates most. They and
    `impact` are estimates, never a bill; of CPU they are percent and have no impact.
    """

    class Scope(models.TextChoices):
        TOTAL = "total", "Total"
        ACCOUNT = "account", "Account"
        SERVICE = "service", "Service"
        REGION = "region", "Region"
        TAG = "tag", "Tag"
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
        GROWTH = "growth", "Growth"
        NEW = "new", "New"

    class Direction(models.TextChoices):
        UP = "up", "Above"
        DOWN = "down", "Below"

    OPEN = (Status.DETECTED, Status.ACKNOWLEDGED, Status.INVESTIGATING)

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        null=True,
        related_name="anomalies",
        help_text="The account; empty: all accounts together.",
    )
    scope = models.CharField(max_length=8, choices=Scope.choices)
    sub_account_id = models.CharField(
        max_length=ACCOUNT_ID_LENGTH,
        blank=True,
        help_text="The account that used it, on a payer's bill.",
    )
    service = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=64, blank=True)
    tag_key = models.CharField(max_length=TAG_KEY_LENGTH, blank=True)
    tag_value = models.CharField(
        max_length=TAG_VALUE_LENGTH,
        blank=True,
        help_text="The value of the tag whose costs deviate.",
    )
    resource = models.ForeignKey(
        Resource, models.CASCADE, null=True, related_name="anomalies"
    )
    currency = models.CharField(max_length=3, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    direction = models.CharField(max_length=8, choices=Direction.choices)
    first_day = models.DateField()
    last_day = models.DateField()
    peak_day = models.DateField(help_text="The day that deviates most.")
    seen_on = models.DateField("detected", help_text="The day that revealed it.")
    is_over = models.BooleanField(
        help_text="It returned to normal, or became the new normal."
    )
    expected = MoneyField()
    low = MoneyField()
    high = MoneyField()
    actual = MoneyField()
    impact = MoneyField(
        null=True, help_text="The cost of all its days beyond the expected cost."
    )
    severity = models.CharField(max_length=8, choices=Severity.choices)
    confidence = models.FloatField(help_text="0 to 1.")
    causes = models.JSONField(
        "root causes",
        default=list,
        help_text="The parts it consists of, largest first.",
    )
    tag_causes = models.JSONField(
        "causes by tag",
        default=list,
        blank=True,
        help_text="The values of each tag key that it consists of, largest first.",
    )
    line_causes = models.JSONField(
        "causes by line item",
        default=list,
        blank=True,
        help_text="The uses of resources that it consists of, largest first, where the "
        "bill's line items are stored.",
    )
    recall = models.FloatField(
        "detection rate",
        null=True,
        help_text="Share of incidents injected into this history that were detected "
        "within two days. Empty: the history is too short.",
    )
    false_per_month = models.FloatField(
        "false positives a month",
        null=True,
        help_text="At most so many in 30 days of this history.",
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
                    *("tag_key", "tag_value", "currency", "first_day"),
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
        indexes = [models.Index(fields=["status", "-first_day"], name="anomaly_status")]

    def __str__(self) -> str:
        return f"{self.title} from {self.first_day}"

    def get_absolute_url(self) -> str:
        return reverse("anomaly", args=[self.pk])

    @property
    def title(self) -> str:
        if self.resource:
            return f"CPU of {self.resource.name or self.resource.resource_id}"
        owner = self.account.name if self.account else "all accounts"
        if self.account and self.sub_account_id not in ("", self.account.account_id):
            owner = f"{self.sub_account_id} ({owner})"
        tag = f"{self.tag_value} (tag {self.tag_key})" if self.tag_key else ""
        part = ", ".join(filter(None, (tag, self.service, self.region)))
        return f"{part or 'Costs'} in {owner}"

    @property
    def narrowest_scope(self) -> Scope:
        if self.resource_id is not None:
            return self.Scope.MACHINE
        if self.tag_key:
            return self.Scope.TAG
        if self.service:
            return self.Scope.SERVICE
        if self.region:
            return self.Scope.REGION
        return self.Scope.ACCOUNT if self.sub_account_id else self.Scope.TOTAL

    @property
    def unit(self) -> str:
        return "%" if self.resource_id else self.currency

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    @property
    def extent(self) -> str:
        """Return whether it goes on, which its status does not tell."""
        return "ended" if self.is_over else "ongoing"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    def acknowledge(self, now: datetime, by: str, request: Any) -> None:
        """Give it that status for somebody who read an alert, if it has none yet."""
        from insights.transitions import change_status  # it imports the models

        if self.status == self.Status.DETECTED:
            status = self.Status.ACKNOWLEDGED
            change_status(self, status, self.version, now, request=request, by=by)

    @property
    def is_closed_automatically(self) -> bool:
        """Whether a refresh resolved it, as it was no longer found."""
        if self.status != self.Status.RESOLVED:
            return False
        last = next(iter(self.changes.all()), None)
        return last is not None and not last.user_name

    @property
    def was_over_when_found(self) -> bool:
        """Whether it was resolved from the start, as it had long ended."""
        return self.status == self.Status.RESOLVED and not self.changes.all()

    def next_statuses(self) -> list[Status]:
        """The statuses that people may give it: any other, those ahead first."""
        return other_statuses(self.status, list(self.Status))


class AnomalyChange(StatusChange):
    """One row is one change of an anomaly's status."""

    anomaly = models.ForeignKey(Anomaly, models.CASCADE, related_name="changes")

    objects = AnomalyChangeQuerySet.as_manager()
