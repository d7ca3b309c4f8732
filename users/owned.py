"""Who is responsible for a row: by a rule, or because somebody handed it over."""

from django.conf import settings
from django.db import models

# The subject of the version that a change of a resource's owner moves.
OWNERS = "owners"


class Owned(models.Model):
    """What has an owner. Rules set it, unless somebody handed it over."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who is responsible for it. Empty: nobody.",
    )
    assigned_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When it was handed over. Empty: its owner is by the rules.",
    )
    # The name outlives the user.
    assigned_by = models.CharField(max_length=150, blank=True)
    due_on = models.DateField("due", null=True, blank=True)
    message = models.TextField(blank=True, help_text="To the owner.")

    class Meta:
        abstract = True
