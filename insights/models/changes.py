"""What rows share whose status people change side by side."""

from django.conf import settings
from django.db import models


class StatusChange(models.Model):
    """One change of a row's status: by whom, when, and why. Nobody: by a refresh."""

    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # Kept as text too, as it outlives the user.
    user_name = models.CharField(max_length=150, blank=True)
    old_status = models.CharField(max_length=16, blank=True)
    new_status = models.CharField(max_length=16)
    note = models.TextField(blank=True)

    class Meta:
        abstract = True
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.old_status or 'nothing'} -> {self.new_status}"


def version_field() -> models.PositiveIntegerField[int, int]:
    """Counts what people changed: who changes an older version is told, not obeyed."""
    return models.PositiveIntegerField(
        default=1, help_text="Counts the changes; an older one can't be changed."
    )
