"""Teams, and the rules that tell which of them pays for what."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from costs.allocation.engine import NOT_ALLOCATED
from costs.allocation.querysets import TeamQuerySet, TeamRuleQuerySet
from providers.settings import TAG_KEY_LENGTH, TAG_VALUE_LENGTH

# What lines of tables and charts are called that are no team's.
NOT_TEAMS = (NOT_ALLOCATED, "Other", "Total")
# A longer list of values is better replaced by a tag.
MOST_VALUES = 500
# Nothing that conditions name is longer than a tag's value.
LONGEST_VALUE = TAG_VALUE_LENGTH


def check_texts(value: Any) -> None:
    """Raise ValidationError unless it is a list of distinct texts."""
    if not isinstance(value, list) or not all(
        isinstance(text, str) and text.strip() == text != "" and text.isprintable()
        for text in value
    ):
        raise ValidationError("Give a list of texts, without control characters.")
    if len(value) > MOST_VALUES or any(len(text) > LONGEST_VALUE for text in value):
        raise ValidationError(
            f"Give at most {MOST_VALUES} values of at most {LONGEST_VALUE} characters."
        )
    if len(set(value)) < len(value):
        raise ValidationError("Give each value once.")


def texts_field(help_text: str) -> "models.JSONField[Any, Any]":
    return models.JSONField(
        default=list, blank=True, validators=[check_texts], help_text=help_text
    )


class Team(models.Model):
    """One row is who pays for a part of the bills: a team, product or cost center."""

    name = models.CharField(max_length=100, unique=True)
    description = models.CharField(max_length=200, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.name in NOT_TEAMS:
            raise ValidationError({"name": "This names a line that is no team's."})


class TeamRule(models.Model):
    """One row gives what meets all its conditions to teams, in shares.

    Each cost goes by the first rule, in order of position, that is valid on its day
    and whose conditions are met, each by one of its values; an empty one always is.
    """

    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField(
        help_text="Rules are tried in this order; the first that matches wins."
    )
    valid_from = models.DateField(
        null=True, blank=True, help_text="Its first day. Empty: since ever."
    )
    valid_until = models.DateField(
        null=True, blank=True, help_text="The day after its last. Empty: for ever."
    )
    accounts = texts_field("Accounts whose bill it is, by their ids.")
    sub_accounts = texts_field("Accounts that used it, by their ids.")
    services = texts_field("Services, as the bill names them.")
    resource_groups = texts_field("Resource groups of Azure.")
    tag_key = models.CharField(max_length=TAG_KEY_LENGTH, blank=True)
    tag_values = texts_field("Values of the tag.")

    objects = TeamRuleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_until"))
                | Q(valid_from=None)
                | Q(valid_until=None),
                name="teamrule_is_valid_some_day",
                violation_error_message="The rule ends before it begins.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError naming the field that makes no sense."""
        if bool(self.tag_key) != bool(self.tag_values):
            name = "tag_values" if self.tag_key else "tag_key"
            raise ValidationError({name: "A tag has a key and at least one value."})
        # Each of them makes rows of its own.
        if self.tag_key and self.resource_groups:
            raise ValidationError(
                {
                    "resource_groups": "A bill is split by a tag or by resource "
                    "groups: choose one of them."
                }
            )
        if rule := self.conflicting():
            raise ValidationError(
                f"A bill is split by one tag or by resource groups, and rule "
                f"{rule} splits the same bills by {rule.cut}: choose other "
                "accounts or other days."
            )

    @property
    def cut(self) -> str:
        """Return how bills are split for this rule; empty: any way does."""
        by_groups = "resource groups" if self.resource_groups else ""
        return f"the tag {self.tag_key}" if self.tag_key else by_groups

    def conflicting(self) -> "TeamRule | None":
        """Return a rule of some of the same bills and days that needs another cut."""
        if not self.cut:
            return None
        others = TeamRule.objects.exclude(pk=self.pk)
        for other in others.valid_with(self.valid_from, self.valid_until):
            shares_bills = not (self.accounts and other.accounts) or {
                *self.accounts
            } & {*other.accounts}
            if shares_bills and other.cut and other.cut != self.cut:
                return other
        return None


class TeamShare(models.Model):
    """One row is the part of what a rule matches that one team pays.

    The shares of a rule sum to 100.
    """

    rule = models.ForeignKey(TeamRule, models.CASCADE, related_name="shares")
    team = models.ForeignKey(Team, models.PROTECT, related_name="shares")
    percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal(100),
        validators=[MinValueValidator(Decimal("0.01"))],
    )

    class Meta:
        ordering = ["-percent", "team__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "team"], name="teamshare_natural_key"
            ),
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100),
                name="teamshare_is_a_part",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team} {self.percent.normalize():f}%"
