"""What may be spent a month, and who was told when it was, or will be, too much."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from alerts.models import Notice
from costs.fields import MoneyField
from insights.models.changes import version_field
from insights.querysets import OfBudget
from people.limits import OfAccounts
from syncs.models import CloudAccount

LARGEST_PERCENT = 1000


def actual_percents() -> list[int]:
    return [80, 100]


def forecasted_percents() -> list[int]:
    return [100]


def whole_percents(value: Any) -> None:
    """Raises ValidationError unless it is a list of whole percents without doubles."""
    fits = isinstance(value, list) and all(
        isinstance(item, int)
        and not isinstance(item, bool)
        and 1 <= item <= LARGEST_PERCENT
        for item in value
    )
    if not fits or len(set(value)) != len(value):
        raise ValidationError(
            f"Give different whole percents from 1 to {LARGEST_PERCENT}, such as 80, "
            "100."
        )


class Budget(models.Model):
    """What one part of the costs may be in a calendar month (UTC), as billed."""

    class Scope(models.TextChoices):
        TOTAL = "total", "All costs"
        ACCOUNT = "account", "One account"
        SERVICE = "service", "One service"
        TAG = "tag", "Machines with a tag"

    name = models.CharField(max_length=100, unique=True)
    scope = models.CharField(max_length=8, choices=Scope.choices)
    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="budgets",
        help_text="Only what is on this account's bill. Empty: all accounts.",
    )
    key = models.CharField(
        max_length=200,
        blank=True,
        help_text="The service, or the tag as key=value.",
    )
    currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[RegexValidator(r"^[A-Z]{3}\Z", "Three capitals, such as USD.")],
    )
    amount = MoneyField(help_text="What a month may cost.")
    actual_percents = models.JSONField(
        default=actual_percents,
        blank=True,
        validators=[whole_percents],
        help_text="Tell when this share is spent.",
    )
    forecasted_percents = models.JSONField(
        default=forecasted_percents,
        blank=True,
        validators=[whole_percents],
        help_text="Tell when the forecast says that this share will be spent.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    # What the last refresh found; computed, and never a reason for a new version.
    period = models.DateField(null=True, help_text="The first of the month.")
    spent = MoneyField(null=True, help_text="Billed so far in that month.")
    forecasted = MoneyField(null=True, help_text="What the whole month will cost.")
    forecasted_high = MoneyField(
        null=True, help_text="At most that much, with 80 percent at least."
    )
    spent_until = models.DateField(null=True, help_text="Known up to this day.")
    note = models.TextField(blank=True, help_text="How it was counted, or why not.")
    version = version_field()

    objects = OfAccounts.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="budget_amount_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("budget", args=[self.pk])

    def clean(self) -> None:
        """Raises ValidationError naming the field of a scope that tells too little."""
        if self.scope == self.Scope.ACCOUNT and self.account_id is None:
            raise ValidationError({"account": "Choose the account of this budget."})
        if self.scope == self.Scope.SERVICE and not self.key:
            raise ValidationError({"key": "Name the service, as the bill does."})
        if self.scope == self.Scope.TAG and "=" not in self.key.strip("="):
            raise ValidationError({"key": "Give the tag as key=value."})
        if self.scope in (self.Scope.TOTAL, self.Scope.ACCOUNT) and self.key:
            raise ValidationError({"key": "Only services and tags have a key."})
        if self.scope == self.Scope.TOTAL and self.account_id is not None:
            raise ValidationError(
                {"account": "All costs are of all accounts; choose the scope account."}
            )

    @property
    def is_estimate(self) -> bool:
        """A bill has no tags, so what tagged machines cost is only estimated."""
        return self.scope == self.Scope.TAG

    @property
    def spent_percent(self) -> float | None:
        return _percent(self.spent, self.amount)

    @property
    def forecasted_percent(self) -> float | None:
        return _percent(self.forecasted, self.amount)

    @property
    def state(self) -> str:
        """`unknown`, `ok`, `at_risk` (it will be passed) or `over`."""
        if self.spent is None:
            return "unknown"
        if self.spent > self.amount:
            return "over"
        if self.forecasted is not None and self.forecasted > self.amount:
            return "at_risk"
        return "ok"


def _percent(part: Decimal | None, whole: Decimal) -> float | None:
    return None if part is None or not whole else float(part / whole * 100)


class BudgetAlert(models.Model):
    """One threshold of one budget was passed in one month. Each channel hears once."""

    class Kind(models.TextChoices):
        ACTUAL = "actual", "Spent"
        FORECASTED = "forecasted", "Forecasted"

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="alerts")
    period = models.DateField(help_text="The first of the month.")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    threshold = models.PositiveSmallIntegerField("threshold, %")
    amount = MoneyField(help_text="What was spent or forecast when it was passed.")
    sentence = models.TextField()
    at = models.DateTimeField()
    notices = GenericRelation(
        Notice, content_type_field="about_type", object_id_field="about_id"
    )

    objects = OfBudget.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "period", "kind", "threshold"],
                name="budgetalert_once_per_threshold",
            ),
        ]

    def __str__(self) -> str:
        month: date = self.period
        return f"{self.budget} {month:%Y-%m}: {self.kind} {self.threshold} %"
