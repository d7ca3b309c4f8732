"""The sums that pages read instead of rows; costs.rollups keeps them right."""

from django.db import models

from clouds.access import AccountScopedQuerySet
from clouds.models import ACCOUNT_ID_LENGTH, CloudAccount
from core.db.money_field import MoneyField
from costs.querysets import (
    BillDayQuerySet,
    BillSpanQuerySet,
    CoveredDayQuerySet,
    RecentCostQuerySet,
)
from costs.rollup_querysets import CostRollupQuerySet


class CostDay(models.Model):
    """What an account's rows of one UTC day sum to.

    Equal to CostTotal where the day reconciles. costs.rollups keeps it right in the
    transaction that writes the rows.
    """

    account = models.ForeignKey(CloudAccount, models.CASCADE, related_name="cost_days")
    day = models.DateField()
    currency = models.CharField(max_length=3)
    billed = MoneyField()
    effective = MoneyField()
    row_count = models.IntegerField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "account", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day", "currency"], name="costday_natural_key"
            ),
        ]
        indexes = [
            models.Index(fields=["day"], name="costday_day"),
            # Found at once when their last row has gone.
            models.Index(
                fields=["day"], condition=models.Q(row_count=0), name="costday_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.account}: {self.row_count} rows"


class CostRollup(models.Model):
    """What all counted rows of one UTC day sum to, by one dimension and category; or
    those of ten days or a month, by all of them; or those of a month by one dimension
    that has many keys.

    "Counted" are those that no CoveredDay hides. The columns of the other dimensions
    are empty. Of several days `day` is the first (costs.day_blocks). costs.rollups
    keeps it right in the transaction that writes the rows.
    """

    class Dimension(models.TextChoices):
        """Which columns its rows are split by; all are by charge category."""

        NONE = "none"
        SERVICE = "service"
        REGION = "region"
        RESOURCE_GROUP = "resource_group"
        ACCOUNT = "account"
        TEN_DAYS = "ten_days"
        MONTH = "month"
        ACCOUNT_MONTH = "account_month"
        GROUP_MONTH = "group_month"

    dimension = models.CharField(max_length=16, choices=Dimension.choices)
    day = models.DateField()
    currency = models.CharField(max_length=3)
    service = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=64, blank=True)
    resource_group = models.CharField(max_length=200, blank=True)
    sub_account_id = models.CharField(max_length=ACCOUNT_ID_LENGTH, blank=True)
    charge_category = models.CharField(max_length=16)
    billed = MoneyField()
    effective = MoneyField()
    row_count = models.IntegerField()

    objects = CostRollupQuerySet.as_manager()

    class Meta:
        ordering = ["dimension", "-day", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "dimension",
                    "day",
                    "currency",
                    "service",
                    "region",
                    "resource_group",
                    "sub_account_id",
                    "charge_category",
                ],
                name="costrollup_natural_key",
            ),
        ]
        indexes = [
            models.Index(
                fields=["day"], condition=models.Q(row_count=0), name="costrollup_empty"
            )
        ]

    def __str__(self) -> str:
        names = (self.service, self.region, self.resource_group, self.sub_account_id)
        key = next(filter(None, names), "")
        return f"{self.day} {self.dimension} {key}: {self.billed} {self.currency}"


class CoveredDay(models.Model):
    """One row is a day of which an account's bill has charges of another account.

    That account's own rows of the day are not counted, so that nothing is counted
    twice, whoever pays since when. costs.rollups keeps it right.
    """

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="covered_days",
        db_index=False,  # the natural key begins with it
        help_text="The account whose bill it is.",
    )
    day = models.DateField()
    sub_account_id = models.CharField(
        max_length=ACCOUNT_ID_LENGTH, help_text="The other account."
    )

    objects = CoveredDayQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "account", "sub_account_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day", "sub_account_id"],
                name="coveredday_natural_key",
            ),
        ]
        indexes = [
            models.Index(fields=["sub_account_id", "day"], name="coveredday_member"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.sub_account_id} on the bill of {self.account}"


class BillSpan(models.Model):
    """From when until when an account's counted bill is stored in one currency.

    Without a gap where it has as many `days`. Of an account that left a payer's bill it
    is the time since then. costs.rollups keeps it right.
    """

    account = models.ForeignKey(CloudAccount, models.CASCADE, related_name="bill_spans")
    currency = models.CharField(max_length=3)
    first_day = models.DateField()
    last_day = models.DateField()
    days = models.IntegerField()
    # Of BillSpanQuerySet.with_is_current.
    is_current: bool

    objects = BillSpanQuerySet.as_manager()

    class Meta:
        ordering = ["account", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "currency"], name="billspan_natural_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} in {self.currency}: {self.first_day} - {self.last_day}"


class RecentCost(models.Model):
    """What a service in one sub-account cost in the newest 30 days of an account's
    counted bill in a currency, and in the 30 days before.

    `until` is the day after the newest one. costs.rollups keeps it right.
    """

    account = models.ForeignKey(
        CloudAccount, models.CASCADE, related_name="recent_costs"
    )
    until = models.DateField()
    sub_account_id = models.CharField(max_length=ACCOUNT_ID_LENGTH, blank=True)
    service = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    billed = MoneyField()
    billed_before = MoneyField()

    objects = RecentCostQuerySet.as_manager()

    class Meta:
        ordering = ["account", "currency", "service", "sub_account_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "currency", "service", "sub_account_id"],
                name="recentcost_natural_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} in {self.sub_account_id} until {self.until}"


class BillDay(models.Model):
    """How many counted totals of one UTC day are stored, estimated and unreconciled.

    costs.rollups keeps it right, as it keeps CostRollup.
    """

    day = models.DateField()
    currency = models.CharField(max_length=3)
    total_count = models.IntegerField()
    estimated_count = models.IntegerField()
    unreconciled_count = models.IntegerField()

    objects = BillDayQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "currency"], name="billday_natural_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.currency}: {self.total_count} bills"
