"""Rules that tell who owns what."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from clouds.access import OfAllAccountsQuerySet
from clouds.models import CloudAccount
from costs.models import Team
from providers.settings import TAG_KEY_LENGTH, TAG_VALUE_LENGTH


class OwnerRule(models.Model):
    """One row makes a user the owner of what meets all its conditions.

    Everything goes to the owner of the first rule that matches it, in order of
    position, unless somebody handed it over. An empty condition is always met.
    """

    position = models.PositiveIntegerField(
        help_text="Rules are tried in this order; the first that matches wins."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="owner_rules"
    )
    account = models.ForeignKey(
        CloudAccount, models.CASCADE, null=True, blank=True, related_name="+"
    )
    team = models.ForeignKey(
        Team,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="The team that pays for it, by the rules of teams.",
    )
    tag_key = models.CharField(max_length=TAG_KEY_LENGTH, blank=True)
    tag_value = models.CharField(
        max_length=TAG_VALUE_LENGTH, blank=True, help_text="Empty: any value."
    )

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.conditions}: {self.owner.get_username()}"

    def clean(self) -> None:
        if self.tag_value and not self.tag_key:
            raise ValidationError({"tag_key": "Give the key of the tag."})
        if not (self.account_id or self.team_id or self.tag_key):
            raise ValidationError("Choose an account, a team or a tag.")

    @property
    def conditions(self) -> str:
        tag = self.tag_key + (f"={self.tag_value}" if self.tag_value else "")
        named = {
            "account": self.account.name if self.account else "",
            "team": self.team.name if self.team else "",
            "tag": tag,
        }
        return ", ".join(f"{name} {one}" for name, one in named.items() if one)
