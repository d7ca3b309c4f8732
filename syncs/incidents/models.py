"""What went wrong with a dataset, and from when to when."""

from datetime import datetime
from typing import Self
from urllib.parse import urlencode

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.urls import reverse

from alerts.models import Notice, Severity
from clouds.access import AccountScopedQuerySet
from clouds.models import CloudAccount
from syncs.datasets import Dataset


class IncidentQuerySet(AccountScopedQuerySet):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)


class Incident(models.Model):
    """One row is one dataset of one account that needed attention from `opened_at` on.

    Each channel gets a notice when it opens and one when it is over.
    """

    account = models.ForeignKey(CloudAccount, models.CASCADE, related_name="incidents")
    dataset = models.CharField(max_length=16, choices=Dataset.choices)
    severity = models.CharField(
        max_length=8,
        choices=Severity.choices,
        default=Severity.CRITICAL,
    )
    sentence = models.TextField(help_text="What was wrong when it opened.")
    cause = models.TextField(
        blank=True, help_text="The end of the sentence: why, and what to do."
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    notices = GenericRelation(
        Notice, content_type_field="about_type", object_id_field="about_id"
    )

    objects = IncidentQuerySet.as_manager()

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

    def get_absolute_url(self) -> str:
        asked = urlencode({"account": self.account.account_id})
        return f"{reverse('syncs')}?{asked}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def notified_at(self) -> datetime | None:
        """Return when a channel first took a notice of it."""
        return min((n.sent_at for n in self.notices.all() if n.sent_at), default=None)
