"""Reservations and savings plans as their cloud reports them, without line items."""

from datetime import date
from decimal import Decimal

from django.db import models

from clouds.access import AccountScopedQuerySet
from clouds.models import CloudAccount
from core.db.money_field import MoneyField
from core.windows import ONE_DAY, Window


class CommitmentUse(models.Model):
    """One row is what one reservation or savings plan cost in the last days, and what
    of it was used, as it was last answered.

    Costs are amortized. One that ended is in no answer, and so is removed.
    """

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="commitment_uses",
        db_index=False,  # the natural key begins with it
    )
    commitment_id = models.CharField("ID", max_length=300)
    kind = models.CharField(max_length=32, help_text="Reservation or Savings Plan.")
    description = models.CharField(max_length=200, blank=True)
    region = models.CharField(
        max_length=64, blank=True, help_text="Empty: in all of them."
    )
    start = models.DateField(help_text="The first of the days.")
    end = models.DateField(help_text="The day after the last.")
    cost = MoneyField()
    unused = MoneyField(help_text="The part of the cost that nothing used.")
    list_cost = MoneyField(
        null=True, help_text="What its use would have cost on demand. Empty: unknown."
    )
    currency = models.CharField(max_length=3)
    ends_on = models.DateField(null=True, help_text="When it ends. Empty: unknown.")
    read_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "utilization of a commitment"
        verbose_name_plural = "utilization of commitments"
        ordering = ["account", "commitment_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "commitment_id"], name="commitmentuse_natural_key"
            )
        ]

    def __str__(self) -> str:
        return self.description or self.commitment_id

    @property
    def window(self) -> Window:
        return Window(self.start, self.end)

    def has_ended(self, today: date) -> bool:
        return self.ends_on is not None and self.ends_on <= today

    @property
    def last_day(self) -> date:
        return self.end - ONE_DAY

    @property
    def used(self) -> Decimal:
        return self.cost - self.unused

    @property
    def used_percent(self) -> float | None:
        return float(self.used / self.cost * 100) if self.cost > 0 else None

    @property
    def saved(self) -> Decimal | None:
        """Return what its use would have cost more on demand, less the waste."""
        return None if self.list_cost is None else self.list_cost - self.cost


class CommitmentCoverage(models.Model):
    """One row is what of the usage of a service in the last days one kind of commitment
    covered, in one region or all, as it was last answered.

    Reservations cover hours, savings plans the cost at on-demand rates.
    """

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="commitment_coverage",
        db_index=False,  # the natural key begins with it
    )
    kind = models.CharField(max_length=32, help_text="Reservation or Savings Plan.")
    service = models.CharField(max_length=200)
    region = models.CharField(
        max_length=64, blank=True, help_text="Empty: all of them."
    )
    start = models.DateField(help_text="The first of the days.")
    end = models.DateField(help_text="The day after the last.")
    covered = MoneyField()
    total = MoneyField(help_text="All that it could cover, covered or not.")
    unit = models.CharField(
        max_length=8, help_text="Of both: hours, or of savings plans a currency."
    )
    on_demand = MoneyField(help_text="The cost of usage that it did not cover.")
    currency = models.CharField(max_length=3)
    read_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "coverage by commitments"
        verbose_name_plural = "coverage by commitments"
        ordering = ["account", "kind", "service", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "service", "region"],
                name="commitmentcoverage_natural_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} in {self.region}" if self.region else self.service

    @property
    def last_day(self) -> date:
        return self.end - ONE_DAY

    @property
    def is_of_cost(self) -> bool:
        """Return whether its unit is a currency."""
        return self.unit == self.currency

    @property
    def covered_percent(self) -> float | None:
        return float(self.covered / self.total * 100) if self.total > 0 else None
