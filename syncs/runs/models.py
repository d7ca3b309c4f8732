"""Runs, and how far each dataset is read."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from clouds.access import AccountScopedQuerySet
from clouds.models import CloudAccount
from core.windows import Window
from syncs.backfills.models import BackfillWindow
from syncs.datasets import Dataset
from syncs.runs.querysets import SyncRunQuerySet


class SyncRun(models.Model):
    """One row is one read of one dataset of one account: window, progress, outcome.

    While it is queued or running it holds the slot of its account and dataset: a
    database constraint allows no other.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        PARTIAL = "partial", "Partial"
        FAILED = "failed", "Failed"
        ABANDONED = "abandoned", "Abandoned"

    class Trigger(models.TextChoices):
        COMMAND = "command", "Command"
        API = "api", "API"
        ADMIN = "admin", "Admin"
        PAGE = "page", "Page"
        SCHEDULE = "schedule", "Schedule"
        BACKFILL = "backfill", "Backfill"

    ACTIVE = (Status.QUEUED, Status.RUNNING)
    GOOD = (Status.SUCCEEDED, Status.PARTIAL)

    # Only on runs that SyncRunQuerySet.newest_per_dataset() answers.
    last_good_at: datetime | None
    last_good_key: int | None

    account = models.ForeignKey(CloudAccount, models.CASCADE, related_name="runs")
    dataset = models.CharField(max_length=16, choices=Dataset.choices)
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.RUNNING
    )
    start = models.DateField(null=True, blank=True, help_text="First day, inclusive.")
    end = models.DateField(null=True, blank=True, help_text="Last day, exclusive.")
    trigger = models.CharField(
        max_length=16, choices=Trigger.choices, default=Trigger.COMMAND
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True
    )
    backfill_window = models.ForeignKey(
        BackfillWindow,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="runs",
        help_text="The part of a backfill that it reads.",
    )
    attempt = models.PositiveIntegerField(
        default=1, help_text="Which try it is since a run that read everything."
    )
    queued_at = models.DateTimeField(null=True, blank=True)
    held_by = models.CharField(
        max_length=256, blank=True, help_text="The host and process that reads."
    )
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    progress = models.CharField(max_length=200, blank=True)
    rows = models.PositiveIntegerField(default=0, help_text="Rows read and stored.")
    requests = models.PositiveIntegerField(default=0)
    requests_by_operation = models.JSONField(default=dict, blank=True)
    api_cost_usd = models.DecimalField(
        "API cost, USD", max_digits=12, decimal_places=5, default=Decimal(0)
    )
    error = models.TextField(blank=True, help_text="What failed and what to do.")

    objects = SyncRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        get_latest_by = "started_at"
        indexes = [
            models.Index(fields=["account", "dataset", "-id"], name="syncrun_history"),
            models.Index(fields=["-started_at", "-id"], name="syncrun_newest"),
        ]
        constraints = [
            # The slot: one ordinary run, and one for each part of a backfill.
            models.UniqueConstraint(
                fields=["account", "dataset"],
                condition=Q(
                    status__in=["queued", "running"], backfill_window__isnull=True
                ),
                name="syncrun_one_active_per_dataset",
            ),
            models.UniqueConstraint(
                fields=["backfill_window"],
                condition=Q(status__in=["queued", "running"]),
                name="syncrun_one_active_per_backfill_window",
            ),
        ]
        permissions = [("start_sync", "Can start a sync")]

    def __str__(self) -> str:
        window = f" {self.window}" if self.window else ""
        return f"{self.dataset} of {self.account}{window}: {self.get_status_display()}"

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.pk])

    @property
    def window(self) -> Window | None:
        return Window(self.start, self.end) if self.start and self.end else None

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE

    @property
    def was_dropped(self) -> bool:
        """Return whether no worker took it in time, so that nothing was tried."""
        return self.status == self.Status.ABANDONED and not self.held_by

    @property
    def elapsed(self) -> timedelta:
        """Return how long it took, or of a running one, up to its last heartbeat."""
        return (self.finished_at or self.heartbeat_at) - self.started_at


class Watermark(models.Model):
    """One row is how far one dataset of one account is read without a gap."""

    account = models.ForeignKey(CloudAccount, models.CASCADE, related_name="watermarks")
    dataset = models.CharField(max_length=16, choices=Dataset.choices)
    region = models.CharField(
        max_length=64, blank=True, help_text="Empty where all are read at once."
    )
    read_until = models.DateField(help_text="Every day before this one is stored.")
    updated_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        ordering = ["account", "dataset", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "dataset", "region"], name="watermark_natural_key"
            ),
        ]

    def __str__(self) -> str:
        region = f" in {self.region}" if self.region else ""
        return f"{self.dataset} of {self.account}{region} until {self.read_until}"
