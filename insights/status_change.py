"""The fields shared by models whose status users change."""

from collections.abc import Sequence
from typing import TypeVar

from django.conf import settings
from django.db import models

S = TypeVar("S", bound=models.TextChoices)


class StatusChange(models.Model):
    """One row is one change of a status; without a user a refresh made it."""

    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # The name outlives the user.
    user_name = models.CharField(max_length=150, blank=True)
    old_status = models.CharField(max_length=16, blank=True)
    new_status = models.CharField(max_length=16)
    note = models.TextField(blank=True)

    class Meta:
        abstract = True
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.old_status or 'nothing'} -> {self.new_status}"


def other_statuses(status: str, statuses: Sequence[S]) -> list[S]:
    """Return the other ones: those that follow it, then those before it."""
    at = statuses.index(status)
    return [*statuses[at + 1 :], *statuses[:at]]


def version_field() -> models.PositiveIntegerField[int, int]:
    """Return a counter of changes, so that changes of an older version are refused."""
    return models.PositiveIntegerField(
        default=1, help_text="Counts the changes; send it back with a change."
    )
