"""Which months of history lie in files, and who put them there."""

from django.db import models

from archives.backup.models import Backup
from archives.retention.models import RetentionRun
from clouds.access import OfAllAccountsQuerySet

__all__ = ["Archive", "Backup", "RetentionRun", "Table"]


class Table(models.TextChoices):
    """What is archived: the rows that grow each day."""

    COST = "cost", "Daily costs"
    TAG = "tag", "Costs by tag"
    CPU = "cpu", "CPU"
    MEMORY = "memory", "Memory"
    NETWORK = "network", "Network"
    USAGE = "usage", "Use"
    RUNS = "runs", "Sync runs"
    BACKFILLS = "backfills", "Backfills"
    NOTICES = "notices", "Notices"
    FEEDBACK = "feedback", "Feedback"
    AUDIT = "audit", "Audit log"
    POINTS = "points", "System metrics"
    HOURS = "metric_hours", "Hours of system metrics"


class Archive(models.Model):
    """One file with rows of one month of one table: written, read back, then pruned.

    The row stays as the record of it, also when the month was restored. Rows that came
    later have a file of their own.
    """

    table = models.CharField(max_length=16, choices=Table.choices)
    month = models.DateField(help_text="Its first day.")
    location = models.TextField(help_text="The file, as it was named.")
    rows = models.BigIntegerField()
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    accounts = models.JSONField(
        default=dict,
        help_text="Of costs: whose they are, and whether the sums count them.",
    )
    written_at = models.DateTimeField(help_text="It was read back by then.")
    pruned_at = models.DateTimeField(null=True)
    pruned_by = models.CharField(max_length=150, blank=True)
    restored_at = models.DateTimeField(null=True)
    restored_by = models.CharField(max_length=150, blank=True)
    expired_at = models.DateTimeField(
        null=True, help_text="The file was deleted at the end of its retention."
    )

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "table", "-id"]

    def __str__(self) -> str:
        return f"{self.get_table_display()} of {self.month:%Y-%m}"

    @property
    def state(self) -> str:
        if self.expired_at:
            return "expired"
        return "restored" if self.restored_at else "archived"
