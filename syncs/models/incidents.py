"""What went wrong with a dataset, from when to when, and who was told."""

from django.db import models
from django.db.models import Q

from people.limits import OfAccounts
from syncs.datasets import Dataset
from syncs.models.accounts import CloudAccount
from syncs.querysets import NoticeQuerySet


class Incident(models.Model):
    """One dataset of one account was stale or failing from `opened_at` on.

    It is told once when it opens and once when it is over.
    """

    account = models.ForeignKey(CloudAccount, models.CASCADE, related_name="incidents")
    dataset = models.CharField(max_length=16, choices=Dataset.choices)
    sentence = models.TextField(help_text="What was wrong when it opened.")
    opened_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_told_at = models.DateTimeField(null=True, blank=True)

    objects = OfAccounts.as_manager()

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


class Notice(models.Model):
    """One channel was told of one turn of an incident. Its key lets nobody tell it
    twice."""

    class Event(models.TextChoices):
        OPENED = "opened", "Opened"
        CLOSED = "closed", "Closed"

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="notices")
    event = models.CharField(max_length=8, choices=Event.choices)
    channel = models.CharField(max_length=16)
    told_at = models.DateTimeField()

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["told_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "event", "channel"], name="notice_natural_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} told that {self.incident} {self.event}"
