"""What went wrong with a dataset, from when to when, and who was told."""

from django.db import models
from django.db.models import Q

from syncs.models.accounts import CloudAccount, Dataset


class Incident(models.Model):
    """One dataset of one account was stale or failing from `opened_at` on.

    It is told once when it opens and once when it is over.
    """

    account = models.ForeignKey(CloudAccount, models.CASCADE, related_name="incidents")
    dataset = models.CharField(max_length=8, choices=Dataset.choices)
    sentence = models.TextField(help_text="What was wrong when it opened.")
    opened_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "dataset"],
                condition=Q(closed_at__isnull=True),
                name="incident_one_open_per_dataset",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} of {self.account} since {self.opened_at:%Y-%m-%d %H:%M}"
