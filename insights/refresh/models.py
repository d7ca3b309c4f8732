"""When the insights of each account were computed."""

from typing import Self

from django.db import models
from django.db.models import Q

from clouds.access import AccountScopedQuerySet
from clouds.models import CloudAccount


class RefreshStateQuerySet(AccountScopedQuerySet):
    def computed(self) -> Self:
        """Return those whose insights were computed at least once."""
        return self.exclude(refreshed_at=None)


class RefreshState(models.Model):
    """One row is the last computation of one account's insights.

    The row without an account is of all accounts together. Insights are due where
    `version` differs from the version of the stored data.
    """

    account = models.OneToOneField(
        CloudAccount, models.CASCADE, null=True, related_name="refresh_state"
    )
    version = models.CharField(
        max_length=200,
        blank=True,
        help_text="The version of the data it was computed from.",
    )
    parts = models.JSONField(
        default=dict, help_text="The version of the data that each part was made from."
    )
    refreshed_at = models.DateTimeField(
        null=True, help_text="When all parts were last computed without an error."
    )
    tried_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True, help_text="Duration.")
    error = models.TextField(blank=True, help_text="What failed, and what to do.")
    remark = models.TextField(
        blank=True, help_text="Incomplete data, such as missing list prices."
    )
    held_by = models.CharField(max_length=256, blank=True)
    held_at = models.DateTimeField(null=True)

    objects = RefreshStateQuerySet.as_manager()

    class Meta:
        ordering = ["account", "id"]
        constraints = [
            # A one-to-one field takes any number of rows without an account.
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(account__isnull=True),
                name="refreshstate_one_of_all",
            )
        ]

    def __str__(self) -> str:
        return f"insights of {self.account or 'all accounts'}"
