"""Forecasts of daily costs; earlier ones stay to be compared with the bill."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Q
from django.urls import reverse

from clouds.models import ACCOUNT_ID_LENGTH, CloudAccount
from core.db.money_field import MoneyField
from insights.forecasts.querysets import (
    ForecastQuerySet,
    OfForecastQuerySet,
)


class Scope(models.TextChoices):
    TOTAL = "total", "Total"
    ACCOUNT = "account", "Account"
    SERVICE = "service", "Service"


@dataclass(frozen=True, slots=True)
class Trust:
    """What the month ends that were measured say about a forecast.

    Errors are of the month's bill. `replayed_months` of them were computed afterwards.
    """

    months: int
    replayed_months: int
    mean_error_percent: float
    largest_error_percent: float
    months_within_80: int
    days: int
    days_within_80: int


class Forecast(models.Model):
    """One row is a forecast of one scope's daily costs, made from the data of a day.

    Without an account it covers all accounts together, and only users who may see all
    accounts see it. A service without a name stands for all services too small for a
    forecast of their own.
    """

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        null=True,
        related_name="forecasts",
        help_text="The account; empty: all accounts together.",
    )
    scope = models.CharField(max_length=8, choices=Scope.choices)
    key = models.CharField(
        max_length=ACCOUNT_ID_LENGTH,
        blank=True,
        help_text="The service, or the id of the account that used it.",
    )
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField()
    data_until = models.DateField(
        "forecast date", help_text="The first day that is forecast."
    )
    horizon = models.PositiveSmallIntegerField(help_text="Days ahead.")
    model = models.CharField(max_length=300, help_text="The models and their weights.")
    note = models.TextField(
        blank=True, help_text="Why a fallback was used, what was modeled apart."
    )
    is_newest = models.BooleanField("current", help_text="The one that is shown.")
    is_replayed = models.BooleanField(
        default=False,
        help_text="Made afterwards from the data of that day, to be compared with "
        "the bill.",
    )
    mase = models.FloatField(
        "MASE",
        null=True,
        help_text="Mean absolute scaled error of the backtest; below 1 beats seasonal "
        "naive in the training history. Empty: the history is too short.",
    )
    naive_mase = models.FloatField(
        "MASE, seasonal naive",
        null=True,
        help_text="The baseline: the last week again.",
    )
    smape = models.FloatField("sMAPE, %", null=True)
    coverage_80 = models.FloatField(
        "80% coverage", null=True, help_text="Share of days inside the 80% interval."
    )
    coverage_95 = models.FloatField(
        "95% coverage", null=True, help_text="Share of days inside the 95% interval."
    )
    folds = models.PositiveSmallIntegerField("backtest folds", default=0)
    widened_to_percent = models.FloatField(
        "widened to, %",
        null=True,
        help_text="The 80% interval reaches so far to each side, of what an average "
        "day costs, as measured month ends missed more than the backtest says. "
        "Empty: it was wide enough.",
    )
    data_version = models.CharField(
        max_length=64, help_text="The version of the data that it was made from."
    )

    objects = ForecastQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "scope", "key", "currency", "data_until"],
                condition=Q(account__isnull=False),
                name="forecast_once_of_an_account",
            ),
            models.UniqueConstraint(
                fields=["scope", "key", "currency", "data_until"],
                condition=Q(account__isnull=True),
                name="forecast_once_of_all",
            ),
            models.UniqueConstraint(
                fields=["account", "scope", "key", "currency"],
                condition=Q(is_newest=True, account__isnull=False),
                name="forecast_one_newest_of_an_account",
            ),
            models.UniqueConstraint(
                fields=["scope", "key", "currency"],
                condition=Q(is_newest=True, account__isnull=True),
                name="forecast_one_newest_of_all",
            ),
        ]
        indexes = [
            models.Index(fields=["scope", "key", "currency"], name="forecast_scope")
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.currency}, from {self.data_until}"

    def get_absolute_url(self) -> str:
        return reverse("forecast", args=[self.pk])

    @property
    def title(self) -> str:
        if self.scope == Scope.TOTAL and self.account:
            return f"Total bill of {self.account.name}"
        if self.scope == Scope.TOTAL:
            return "All accounts"
        owner = self.account.name if self.account else "all accounts"
        if self.scope == Scope.SERVICE:
            return f"{self.key or 'Other services'} in {owner}"
        if self.account and self.key == self.account.account_id:
            return owner
        return f"{self.key} in {owner}"

    @property
    def is_comparable(self) -> bool:
        """Whether earlier ones are of the same costs: other services are not."""
        return self.scope != Scope.SERVICE or bool(self.key)

    @property
    def trust(self) -> "Trust | None":
        """How far earlier ones missed at month ends; None where none is measured."""
        misses = list(self.misses.all())
        errors = [abs(e) for one in misses if (e := one.error_percent) is not None]
        if not errors:
            return None
        return Trust(
            months=len(misses),
            replayed_months=sum(one.is_replayed for one in misses),
            mean_error_percent=sum(errors) / len(errors),
            largest_error_percent=max(errors),
            months_within_80=sum(one.is_within_80 for one in misses),
            days=sum(one.days for one in misses),
            days_within_80=sum(one.days_within_80 for one in misses),
        )


class ForecastPoint(models.Model):
    """One row is one forecast day: the mean and its 80% and 95% intervals."""

    forecast = models.ForeignKey(Forecast, models.CASCADE, related_name="points")
    day = models.DateField()
    mean = MoneyField()
    low_80 = MoneyField()
    high_80 = MoneyField()
    low_95 = MoneyField()
    high_95 = MoneyField()

    objects = OfForecastQuerySet.as_manager()

    class Meta:
        ordering = ["forecast", "day"]
        constraints = [
            models.UniqueConstraint(
                fields=["forecast", "day"], name="forecastpoint_natural_key"
            )
        ]
        indexes = [models.Index(fields=["day"], name="forecastpoint_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.mean} ({self.low_80} to {self.high_80})"


class MonthEndMiss(models.Model):
    """One row is a month end that is known by now, as the current forecast's scope was
    forecast on about the same day of that month, and as it came."""

    forecast = models.ForeignKey(
        Forecast,
        models.CASCADE,
        related_name="misses",
        db_index=False,  # the natural key begins with it
        help_text="The current forecast, whose intervals learned from it.",
    )
    month = models.DateField()
    forecast_date = models.DateField(help_text="The first day that was forecast.")
    is_replayed = models.BooleanField(
        help_text="Made afterwards from the data of that day."
    )
    forecasted = MoneyField()
    low_80 = MoneyField()
    high_80 = MoneyField()
    actual = MoneyField()
    days = models.PositiveSmallIntegerField(help_text="Days that were forecast.")
    days_within_80 = models.PositiveSmallIntegerField(
        help_text="Of these, days inside the 80% interval."
    )

    objects = OfForecastQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "month end misses"
        ordering = ["forecast", "-month"]
        constraints = [
            models.UniqueConstraint(
                fields=["forecast", "month"], name="monthendmiss_natural_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%B %Y}: {self.forecasted}, came {self.actual}"

    @property
    def error_percent(self) -> float | None:
        """Forecast less actual, of actual; None where nothing was billed."""
        if not self.actual:
            return None
        return float((self.forecasted - self.actual) / self.actual * 100)

    @property
    def is_within_80(self) -> bool:
        return self.low_80 <= self.actual <= self.high_80
