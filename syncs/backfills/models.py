"""Backfills: days that are read again on request, in windows that workers share."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from clouds.models import CloudAccount
from core.windows import Window
from syncs.backfills.querysets import BackfillQuerySet, BackfillWindowQuerySet
from syncs.datasets import Dataset

# What is read as it is now has no past to read.
FILLABLE = [(one.value, one.label) for one in Dataset if one.has_window]


class Backfill(models.Model):
    """One row is a range of days of one dataset of one account to read again."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        CANCELLED = "cancelled", "Cancelled"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"

    OPEN = (Status.PROPOSED, Status.RUNNING, Status.PAUSED)

    # Only on backfills that BackfillQuerySet.with_progress() answers.
    windows_total: int
    windows_read: int
    windows_active: int
    windows_failed: int

    account = models.ForeignKey(CloudAccount, models.CASCADE, related_name="backfills")
    dataset = models.CharField(max_length=16, choices=Dataset.choices)
    start = models.DateField(help_text="First day, inclusive.")
    end = models.DateField(help_text="Last day, exclusive.")
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.PROPOSED
    )
    estimated_usd = models.DecimalField(
        "estimated API cost, USD", max_digits=12, decimal_places=5, default=Decimal(0)
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True
    )
    is_outside = models.BooleanField(
        default=False,
        help_text="A worker outside of this installation reads it and reports.",
    )
    version = models.PositiveIntegerField(
        default=0, help_text="Counts changes of its status, and reports."
    )
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BackfillQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__lt=F("end")), name="backfill_start_before_end"
            ),
        ]
        indexes = [models.Index(fields=["status"], name="backfill_status")]
        permissions = [("start_backfill", "Can start, pause and cancel a backfill")]

    def __str__(self) -> str:
        return f"{self.dataset} of {self.account} {self.start}..{self.end}"

    def get_absolute_url(self) -> str:
        return reverse("backfill", args=[self.pk])

    @property
    def window(self) -> Window:
        return Window(self.start, self.end)

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_moving(self) -> bool:
        """Return whether windows are active or will be; paused ones still end."""
        return self.status == self.Status.RUNNING or self.windows_active > 0


class BackfillWindow(models.Model):
    """One row is one part of a backfill: what one run reads."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ACTIVE = "active", "Active"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"

    backfill = models.ForeignKey(Backfill, models.CASCADE, related_name="windows")
    start = models.DateField()
    end = models.DateField()
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="Not before then.")
    error = models.TextField(blank=True)

    objects = BackfillWindowQuerySet.as_manager()

    class Meta:
        ordering = ["backfill", "-start"]
        constraints = [
            models.UniqueConstraint(
                fields=["backfill", "start"], name="backfillwindow_natural_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start}..{self.end}: {self.get_status_display()}"

    @property
    def window(self) -> Window:
        return Window(self.start, self.end)
