"""How far insights are computed."""

from django.db import models
from django.db.models import Q

from people.limits import OfAccounts
from syncs.models import CloudAccount


class RefreshState(models.Model):
    """Which data the insights of one account were computed of, and how that went.

    The row without an account is about all of them together. What is due is told by
    comparing `version` with what is stored now, so a lost message loses nothing.
    """

    account = models.OneToOneField(
        CloudAccount, models.CASCADE, null=True, related_name="refresh_state"
    )
    version = models.CharField(
        max_length=200, blank=True, help_text="Which state of the data it knows of."
    )
    parts = models.JSONField(
        default=dict, help_text="The version of the data that each part was made of."
    )
    refreshed_at = models.DateTimeField(
        null=True, help_text="When all of it was last computed without an error."
    )
    tried_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True, help_text="How long that took.")
    error = models.TextField(blank=True, help_text="What failed and what to do.")
    remark = models.TextField(blank=True, help_text="What could not be found out.")
    held_by = models.CharField(max_length=256, blank=True)
    held_at = models.DateTimeField(null=True)

    objects = OfAccounts.as_manager()

    class Meta:
        ordering = ["account", "id"]
        constraints = [
            # A one-to-one field takes any number of rows without an account.
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(account__isnull=True),
                name="refreshstate_one_of_all",
            ),
        ]

    def __str__(self) -> str:
        return f"insights of {self.account or 'all accounts'}"
