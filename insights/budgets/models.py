"""Monthly budgets, and the alerts sent when a threshold is exceeded."""

from dataclasses import dataclass
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

from alerts.addresses import check_addresses
from alerts.models import Notice
from clouds.access import AccountScopedQuerySet
from clouds.models import CloudAccount
from core.db.money_field import MoneyField
from insights.budgets.querysets import BudgetAlertQuerySet
from insights.status_change import version_field
from users.owned import Owned

LARGEST_PERCENT = 1000
NAME_TAKEN = "Another budget of the same account has this name; choose another."
STATES = ("unknown", "ok", "passed", "at_risk", "over")
STATE_LABELS = {"unknown": "Unknown", "ok": "Within budget", "over": "Over budget"}
# Held by who looks whether a name is taken, until the budget of that name is stored.
BUDGET_NAMES = "insights_budget.name"


def actual_percents() -> list[int]:
    return [80, 100]


def forecasted_percents() -> list[int]:
    return [100]


def whole_percents(value: Any) -> None:
    """Raise ValidationError unless it is a list of distinct whole percentages."""
    fits = isinstance(value, list) and all(
        isinstance(item, int)
        and not isinstance(item, bool)
        and 1 <= item <= LARGEST_PERCENT
        for item in value
    )
    if not fits or len(set(value)) != len(value):
        raise ValidationError(
            f"Give distinct whole percentages from 1 to {LARGEST_PERCENT}, such as "
            "80, 100."
        )


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """The computed columns of a budget in one month; None is unknown."""

    period: date
    spent: Decimal | None = None
    spent_until: date | None = None
    forecasted: Decimal | None = None
    forecasted_high: Decimal | None = None
    note: str = ""


class Budget(Owned):
    """One row is the amount that one scope may be billed in a calendar month, UTC."""

    class Scope(models.TextChoices):
        TOTAL = "total", "All costs"
        ACCOUNT = "account", "One account"
        SERVICE = "service", "One service"
        TAG = "tag", "One value of a tag"
        TEAM = "team", "One team"

    name = models.CharField(max_length=100)
    scope = models.CharField(max_length=8, choices=Scope.choices)
    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="budgets",
        help_text="Only this account's costs. Empty: all accounts.",
    )
    key = models.CharField(
        max_length=200,
        blank=True,
        help_text="The service, the tag as key=value, or the name of the team.",
    )
    currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[
            RegexValidator(
                r"^[A-Z]{3}\Z", "Give a three-letter currency code such as USD."
            )
        ],
    )
    amount = MoneyField(help_text="For one month.")
    actual_percents = models.JSONField(
        default=actual_percents,
        blank=True,
        validators=[whole_percents],
        help_text="Send an alert when this share is spent.",
    )
    forecasted_percents = models.JSONField(
        default=forecasted_percents,
        blank=True,
        validators=[whole_percents],
        help_text="Send an alert when this share is forecast to be spent.",
    )
    recipients = models.JSONField(
        default=list,
        blank=True,
        validators=[check_addresses],
        help_text="E-mail addresses that get its alerts, beside the alert channels.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    # The columns of a BudgetStatus; computed, and never a reason for a new version.
    period = models.DateField(null=True, help_text="The first of the month.")
    spent = MoneyField(null=True, help_text="Billed so far in that month.")
    forecasted = MoneyField(null=True, help_text="Forecast for the whole month.")
    forecasted_high = MoneyField(
        null=True, help_text="Upper bound of the 80% interval."
    )
    spent_until = models.DateField(null=True, help_text="The last day with cost data.")
    note = models.TextField(
        blank=True, help_text="How it was computed, or why it was not."
    )
    version = version_field()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="budget_amount_is_positive"
            ),
            # Not of all accounts: a refusal would name budgets of hidden ones.
            models.UniqueConstraint(
                fields=["account", "name"],
                name="budget_name_of_account",
                violation_error_message=NAME_TAKEN,
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(account=None),
                name="budget_name_without_account",
                violation_error_message=NAME_TAKEN,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("budget", args=[self.pk])

    def clean(self) -> None:
        """Raise ValidationError naming the field that does not fit the scope."""
        if self.scope == self.Scope.ACCOUNT and self.account_id is None:
            raise ValidationError({"account": "Choose the account of this budget."})
        if self.scope == self.Scope.SERVICE and not self.key:
            raise ValidationError({"key": "Name the service, as the bill does."})
        if self.scope == self.Scope.TAG and "=" not in self.key.strip("="):
            raise ValidationError({"key": "Give the tag as key=value."})
        if self.scope == self.Scope.TEAM and not self.key:
            raise ValidationError({"key": "Name the team."})
        if self.scope in (self.Scope.TOTAL, self.Scope.ACCOUNT) and self.key:
            raise ValidationError({"key": "Only services, tags and teams have a key."})
        if self.scope == self.Scope.TOTAL and self.account_id is not None:
            raise ValidationError(
                {"account": "The scope is all accounts; choose the scope account."}
            )
        if self.scope == self.Scope.TEAM and self.account_id is not None:
            raise ValidationError(
                {"account": "Rules give a team costs of all accounts: choose none."}
            )

    @property
    def tag(self) -> tuple[str, str]:
        """The key and the value, of a budget of a tag."""
        key, _, value = self.key.partition("=")
        return key, value

    @property
    def spent_percent(self) -> float | None:
        return _percent(self.spent, self.amount)

    @property
    def forecasted_percent(self) -> float | None:
        return _percent(self.forecasted, self.amount)

    @property
    def passed(self) -> int | None:
        """The largest alert threshold that is spent."""
        return _largest_passed(self.actual_percents, self.spent, self.amount)

    @property
    def forecast_passed(self) -> int | None:
        """The largest alert threshold that is forecast to be spent."""
        return _largest_passed(self.forecasted_percents, self.forecasted, self.amount)

    @property
    def state(self) -> str:
        """`unknown`, `ok`, `passed` (an alert threshold, spent or forecast), `at_risk`
        (forecast to be exceeded) or `over`."""
        if self.spent is not None and self.spent > self.amount:
            return "over"
        if self.forecasted is not None and self.forecasted > self.amount:
            return "at_risk"
        if self.passed or self.forecast_passed:
            return "passed"
        is_known = self.spent is not None or self.forecasted is not None
        return "ok" if is_known else "unknown"

    @property
    def state_label(self) -> str:
        """The state in words, with the threshold that was passed."""
        if self.state in STATE_LABELS:
            return STATE_LABELS[self.state]
        ahead = "forecast over budget"
        if self.state == "passed" and self.forecast_passed:
            ahead = f"forecast passes {self.forecast_passed}%"
        elif self.state == "passed":
            ahead = ""
        spent = f"{self.passed}% passed" if self.passed else ""
        text = ", ".join(part for part in (spent, ahead) if part)
        return text[0].upper() + text[1:]


def _largest_passed(
    percents: list[int], amount: Decimal | None, whole: Decimal
) -> int | None:
    if amount is None:
        return None
    return max((one for one in percents if is_passed(one, amount, whole)), default=None)


def is_passed(percent: int, amount: Decimal, whole: Decimal) -> bool:
    return amount * 100 >= whole * percent


def _percent(part: Decimal | None, whole: Decimal) -> float | None:
    return None if part is None or not whole else float(part / whole * 100)


class BudgetAlert(models.Model):
    """One row is one threshold of one budget exceeded in one month; it is sent once."""

    class Kind(models.TextChoices):
        ACTUAL = "actual", "Spent"
        FORECASTED = "forecasted", "Forecasted"

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="alerts")
    period = models.DateField(help_text="The first of the month.")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    threshold = models.PositiveSmallIntegerField("threshold, %")
    amount = MoneyField(help_text="Spent or forecast when it was exceeded.")
    sentence = models.TextField()
    at = models.DateTimeField()
    notices = GenericRelation(
        Notice, content_type_field="about_type", object_id_field="about_id"
    )

    objects = BudgetAlertQuerySet.as_manager()

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
        return f"{self.budget} {month:%Y-%m}: {self.kind} {self.threshold}%"

    def get_absolute_url(self) -> str:
        return self.budget.get_absolute_url()
