"""Runs of retention."""

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.urls import reverse

from alerts.models import Notice
from clouds.access import OfAllAccountsQuerySet


class RetentionRun(models.Model):
    """One row is one run of retention, which archives all that is past its period."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.QUEUED
    )
    planned_for = models.DateTimeField(
        null=True, unique=True, help_text="Empty: somebody asked for it."
    )
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=150)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    months = models.PositiveIntegerField(
        default=0, help_text="Months of tables that were archived and deleted."
    )
    rows = models.BigIntegerField(default=0, help_text="Rows of these months.")
    size_bytes = models.BigIntegerField(default=0, help_text="Bytes of their files.")
    deleted = models.BigIntegerField(
        default=0, help_text="Rows that were deleted without an archive."
    )
    expired = models.PositiveIntegerField(
        default=0, help_text="Files that were deleted at the end of their retention."
    )
    error = models.TextField(blank=True, help_text="What failed and what to do.")
    notices = GenericRelation(
        Notice, content_type_field="about_type", object_id_field="about_id"
    )

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        permissions = [
            ("run_retention", "Can archive and delete what is past its retention")
        ]

    def __str__(self) -> str:
        return f"retention of {self.asked_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("retention")

    @property
    def is_to_do(self) -> bool:
        """Return whether it waits; a planned one that failed is tried again."""
        failed = self.status == self.Status.FAILED and self.planned_for is not None
        return failed or self.status == self.Status.QUEUED
