"""What costs will be, as it was told on a day, kept to be compared with what came."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from costs.fields import MoneyField
from insights.querysets import ForecastQuerySet, PointQuerySet
from syncs.models import CloudAccount


class Scope(models.TextChoices):
    """Which part of the costs."""

    TOTAL = "total", "Total"
    ACCOUNT = "account", "Account"
    SERVICE = "service", "Service"


class Forecast(models.Model):
    """What the daily costs of one scope will be, told from what was known then.

    Without an account it is of all accounts together, which only who may see all of
    them sees. A service without a name stands for all those too small for a forecast
    of their own.
    """

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        null=True,
        related_name="forecasts",
        help_text="Whose bill it is of; none: all accounts together.",
    )
    scope = models.CharField(max_length=8, choices=Scope.choices)
    key = models.CharField(
        max_length=200,
        blank=True,
        help_text="The service, or the id of the account that used it.",
    )
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField()
    data_until = models.DateField(
        help_text="The first forecast day: all before it was known, or is a gap."
    )
    horizon = models.PositiveSmallIntegerField(help_text="How many days it tells of.")
    model = models.CharField(max_length=300, help_text="What made it.")
    note = models.TextField(
        blank=True, help_text="Why a fallback was used, what was handled apart."
    )
    is_newest = models.BooleanField(help_text="The one that is shown.")
    is_replayed = models.BooleanField(
        default=False,
        help_text="Made later, of what was known on that day, to be compared with "
        "what came.",
    )
    mase = models.FloatField(
        "MASE",
        null=True,
        help_text="Its error on the scope's own past, as a share of what repeating "
        "the last week would have been off within the history. Empty: too short.",
    )
    naive_mase = models.FloatField(
        "MASE of the last week again", null=True, help_text="What is to be beaten."
    )
    smape = models.FloatField("sMAPE, %", null=True)
    coverage_80 = models.FloatField(
        null=True, help_text="Share of past days inside the 80 % interval."
    )
    coverage_95 = models.FloatField(
        null=True, help_text="Share of past days inside the 95 % interval."
    )
    folds = models.PositiveSmallIntegerField(
        default=0, help_text="How many days of the past it was tried from."
    )
    data_version = models.CharField(
        max_length=64, help_text="Which data it was made of; another one, and it is old"
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
        """Which costs, as a page says it."""
        if self.scope == Scope.TOTAL and self.account:
            return f"The whole bill of {self.account.name}"
        if self.scope == Scope.TOTAL:
            return "All accounts"
        whose = self.account.name if self.account else "all accounts"
        if self.scope == Scope.SERVICE:
            return f"{self.key or 'Other services'} in {whose}"
        if self.account and self.key == self.account.account_id:
            return whose
        return f"{self.key} in {whose}"

    @property
    def is_better_than_naive(self) -> bool | None:
        """Whether it beat repeating the last week; None where nobody could try."""
        if self.mase is None or self.naive_mase is None:
            return None
        return self.mase < self.naive_mase


class ForecastPoint(models.Model):
    """One forecast day: the mean, and where it lies with 80 and with 95 percent."""

    forecast = models.ForeignKey(Forecast, models.CASCADE, related_name="points")
    day = models.DateField()
    mean = MoneyField()
    low_80 = MoneyField()
    high_80 = MoneyField()
    low_95 = MoneyField()
    high_95 = MoneyField()

    objects = PointQuerySet.as_manager()

    class Meta:
        ordering = ["forecast", "day"]
        constraints = [
            models.UniqueConstraint(
                fields=["forecast", "day"], name="forecastpoint_natural_key"
            ),
        ]
        indexes = [models.Index(fields=["day"], name="forecastpoint_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.mean} ({self.low_80} to {self.high_80})"
