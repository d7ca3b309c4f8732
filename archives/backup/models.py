"""The backups that were made, and whether each could be restored."""

from datetime import datetime
from typing import Self

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from alerts.models import Notice
from clouds.access import OfAllAccountsQuerySet
from clouds.versions import bump_shared_version

# The subject of the version that open pages of backups follow.
BACKUPS = "backups"


class BackupQuerySet(OfAllAccountsQuerySet):
    def queued(self) -> Self:
        """Keep those that wait to be made or verified."""
        is_queued = Q(state=Backup.State.QUEUED)
        return self.filter(is_queued | Q(verification_asked_at__isnull=False))

    def done(self) -> Self:
        return self.filter(state=Backup.State.DONE)

    def at_work(self) -> Self:
        """Keep those that are queued, made or verified now."""
        is_running = Q(state=Backup.State.RUNNING) | ~Q(progress="")
        return self.queued() | self.filter(is_running)

    def made_by(self, now: datetime) -> Self:
        return self.done().filter(made_at__lte=now).order_by("-made_at", "-id")

    def newest_verified(self) -> "Backup | None":
        """Return the one that was restored last, whatever came of it."""
        tried = self.filter(verified_at__isnull=False)
        return tried.order_by("-verified_at", "-id").first()


class Backup(models.Model):
    """One row is one backup, made or tried: a file with its manifest beside it.

    The place is the truth, as a restored database knows no backup after its own.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    name = models.CharField(max_length=120, help_text="Empty until it is made.")
    place = models.TextField(help_text="Where it lies.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    planned_for = models.DateTimeField(
        null=True, unique=True, help_text="Empty: somebody asked for it."
    )
    made_at = models.DateTimeField(help_text="It holds what was stored then.")
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    by = models.CharField(max_length=150, blank=True)
    vendor = models.CharField(max_length=16)
    server_version = models.CharField(max_length=40, blank=True)
    rows = models.BigIntegerField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    key_id = models.CharField(
        max_length=12, blank=True, help_text="Which key it is encrypted with, if any."
    )
    error = models.TextField(blank=True)
    progress = models.TextField(
        blank=True, help_text="The step of the backup or verification at work."
    )
    verification_asked_at = models.DateTimeField(
        null=True, help_text="Somebody asked for it, and it has not ended."
    )
    verified_at = models.DateTimeField(
        null=True, help_text="It was restored, and compared with what was backed up."
    )
    verification_seconds = models.FloatField(null=True)
    verification_error = models.TextField(blank=True)
    notices = GenericRelation(
        Notice, content_type_field="about_type", object_id_field="about_id"
    )

    objects = BackupQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        permissions = [("make_backup", "Can make backups and verify them")]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=~Q(name=""), name="backup_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"backup of {self.made_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("backups")

    def store(self, **values: object) -> None:
        """Save these values, so that open pages show them."""
        for name, value in values.items():
            setattr(self, name, value)
        with transaction.atomic():
            self.save(update_fields=[*values] if self.pk else None)
            bump_shared_version(BACKUPS)

    @property
    def seconds(self) -> float | None:
        if self.finished_at is None:
            return None
        return (self.finished_at - self.made_at).total_seconds()

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None and not self.verification_error

    @property
    def is_encrypted(self) -> bool:
        return bool(self.key_id)
