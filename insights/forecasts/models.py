"""Forecasts of daily costs; earlier ones stay to be compared with the bill."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from clouds.models import ACCOUNT_ID_LENGTH, CloudAccount
from core.db.money_field import MoneyField
from insights.forecasts.querysets import ForecastPointQuerySet, ForecastQuerySet


class Scope(models.TextChoices):
    TOTAL = "total", "Total"
    ACCOUNT = "account", "Account"
    SERVICE = "service", "Service"


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
    def is_better_than_naive(self) -> bool | None:
        """Whether it beat seasonal naive; None where the backtest cannot tell."""
        if self.mase is None or self.naive_mase is None:
            return None
        return self.mase < self.naive_mase


class ForecastPoint(models.Model):
    """One row is one forecast day: the mean and its 80% and 95% intervals."""

    forecast = models.ForeignKey(Forecast, models.CASCADE, related_name="points")
    day = models.DateField()
    mean = MoneyField()
    low_80 = MoneyField()
    high_80 = MoneyField()
    low_95 = MoneyField()
    high_95 = MoneyField()

    objects = ForecastPointQuerySet.as_manager()

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
