"""Notices, and whether they were delivered."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from alerts.querysets import NoticeQuerySet


class Notice(models.Model):
    """One row is what one channel is told; its key is unique, so it is queued once."""

    class Severity(models.TextChoices):
        INFO = "info", "Info"
        WARNING = "warning", "Warning"
        CRITICAL = "critical", "Critical"

    key = models.CharField(max_length=200, help_text="What it reports, once a channel.")
    channel = models.CharField(max_length=16)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    cause = models.TextField(
        blank=True, help_text="Notices with the same cause are sent as one message."
    )
    about_type = models.ForeignKey(ContentType, models.CASCADE, null=True, blank=True)
    about_id = models.PositiveBigIntegerField(null=True, blank=True)
    about = GenericForeignKey("about_type", "about_id")
    account = models.ForeignKey(
        "clouds.CloudAccount",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notices",
        help_text="Only users who may see this account see the notice.",
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="The next attempt is not before then; empty: there is no other.",
    )
    attempts = models.PositiveIntegerField(default=0)
    sending_since = models.DateTimeField(
        null=True,
        blank=True,
        help_text="A process sends it, or was killed while it did.",
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Last failure.")
    error = models.TextField(blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "channel"], name="notice_natural_key"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(sent_at=None), name="notice_unsent"
            ),
            models.Index(fields=["about_type", "about_id"], name="notice_about"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.subject}"
