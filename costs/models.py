"""What it costs, per day, reconciled with the bill."""

from decimal import Decimal

from django.db import models

from clouds.models import ACCOUNT_ID_LENGTH, CloudAccount
from core.db.money_field import MoneyField
from costs.allocation.models import Team, TeamRule, TeamShare
from costs.commitments.models import CommitmentCoverage, CommitmentUse
from costs.growth.models import CostGrowth
from costs.lines.models import LineItemMonth
from costs.querysets import (
    CostTotalQuerySet,
    DailyCostQuerySet,
    RestatementQuerySet,
    TagCostQuerySet,
)
from costs.rollup_models import (
    BillDay,
    BillSpan,
    CostDay,
    CostRollup,
    CoveredDay,
    RecentCost,
)
from costs.tag_models import TagBillDay, TagDay, TagRollup, TagSpan
from providers.records import ChargeCategory
from providers.settings import TAG_KEY_LENGTH, TAG_VALUE_LENGTH
from syncs.models import SyncRun

# Django finds the models of every subject of this room here.
__all__ = [
    "BillDay",
    "BillSpan",
    "CommitmentCoverage",
    "CommitmentUse",
    "CostDay",
    "CostGrowth",
    "CostRollup",
    "CostTotal",
    "CoveredDay",
    "DailyCost",
    "LineItemMonth",
    "RecentCost",
    "Restatement",
    "TagBillDay",
    "TagCost",
    "TagDay",
    "TagRollup",
    "TagSpan",
    "Team",
    "TeamRule",
    "TeamShare",
]


class DailyCost(models.Model):
    """What one group of charges cost on one UTC day.

    The rows of an account's day sum to its CostTotal to the last decimal. Names follow
    FOCUS; a key column holds an empty string where its cloud does not tell.
    """

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="daily_costs",
        # CostDay's guards these rows too: a check for each day, not for each row.
        db_constraint=False,
        db_index=False,  # the natural key begins with it
        help_text="The account whose bill this is.",
    )
    day = models.DateField()
    sub_account_id = models.CharField(
        max_length=ACCOUNT_ID_LENGTH, blank=True, help_text="The account that used it."
    )
    service = models.CharField(max_length=200)
    region = models.CharField(max_length=64, blank=True)
    resource_group = models.CharField(max_length=200, blank=True)
    charge_category = models.CharField(
        max_length=16, choices=[(item.value, item.value) for item in ChargeCategory]
    )
    currency = models.CharField(max_length=3)
    billed = MoneyField(help_text="Unblended: what the invoice says.")
    effective = MoneyField(help_text="Amortized: fees paid ahead are spread over days.")
    is_estimated = models.BooleanField(
        "estimated", help_text="The cloud may still change it."
    )

    objects = DailyCostQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "account", "service", "id"]
        verbose_name = "daily cost"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "account",
                    "day",
                    "sub_account_id",
                    "service",
                    "region",
                    "resource_group",
                    "charge_category",
                    "currency",
                ],
                name="dailycost_natural_key",
            ),
        ]
        indexes = [
            models.Index(fields=["day", "service"], name="dailycost_day_service"),
            # The list's order, so that a page of it is read and not a day.
            models.Index(fields=["-day", "account"], name="dailycost_newest"),
            models.Index(
                fields=["resource_group", "day"],
                condition=~models.Q(resource_group=""),
                name="dailycost_group",
            ),
            # A question about one member, however many have rows of the same days.
            models.Index(fields=["sub_account_id", "day"], name="dailycost_member"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.service}: {self.billed} {self.currency}"


class TagCost(models.Model):
    """What one value of a tag cost on one UTC day, by service or the account that used
    it; an empty value is untagged.

    The rows of an account's day sum to its CostTotal for each tag key that is read. A
    key without a row of a day was not read for it, unless the day cost nothing.
    """

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="tag_costs",
        db_constraint=False,  # as of DailyCost
        db_index=False,  # the natural key begins with it
        help_text="The account whose bill this is.",
    )
    day = models.DateField()
    tag_key = models.CharField(max_length=TAG_KEY_LENGTH)
    tag_value = models.CharField(
        max_length=TAG_VALUE_LENGTH, blank=True, help_text="Empty: untagged."
    )
    sub_account_id = models.CharField(
        max_length=ACCOUNT_ID_LENGTH, blank=True, help_text="The account that used it."
    )
    service = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    billed = MoneyField(help_text="Unblended: what the invoice says.")
    effective = MoneyField(help_text="Amortized: fees paid ahead are spread over days.")
    is_estimated = models.BooleanField(
        "estimated", help_text="The cloud may still change it."
    )

    objects = TagCostQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "account", "tag_key", "tag_value", "id"]
        verbose_name = "cost by tag"
        verbose_name_plural = "costs by tag"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "account",
                    "day",
                    "tag_key",
                    "tag_value",
                    "sub_account_id",
                    "service",
                    "currency",
                ],
                name="tagcost_natural_key",
            ),
        ]
        indexes = [
            models.Index(fields=["tag_key", "day"], name="tagcost_key_day"),
            # The list's order, so that a page of it is read and not a day.
            models.Index(fields=["-day", "account"], name="tagcost_newest"),
        ]

    def __str__(self) -> str:
        tag = f"{self.tag_key}={self.tag_value}"
        return f"{self.day} {tag}: {self.billed} {self.currency}"


class CostTotal(models.Model):
    """The ungrouped truth: what the cloud says an account's UTC day cost in all."""

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="cost_totals",
        db_index=False,  # the natural key begins with it
    )
    day = models.DateField()
    currency = models.CharField(max_length=3)
    billed = MoneyField(help_text="Unblended: what the invoice says.")
    effective = MoneyField(help_text="Amortized: fees paid ahead are spread over days.")
    is_estimated = models.BooleanField(
        "estimated", help_text="The cloud may still change it."
    )
    run = models.ForeignKey(
        SyncRun, models.SET_NULL, null=True, help_text="The run that read it last."
    )
    is_reconciled = models.BooleanField(
        "reconciled",
        default=False,
        help_text="The day's rows sum to it. costs.rollups keeps it right.",
    )

    objects = CostTotalQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "account", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day", "currency"], name="costtotal_natural_key"
            ),
        ]
        indexes = [
            models.Index(fields=["day"], name="costtotal_day"),
            models.Index(
                fields=["day"],
                condition=models.Q(is_reconciled=False),
                name="costtotal_unreconciled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.account}: {self.billed} {self.currency}"


class Restatement(models.Model):
    """The cloud changed what a stored day cost: what it was, what it is, since when."""

    account = models.ForeignKey(
        CloudAccount, models.CASCADE, related_name="restatements"
    )
    day = models.DateField()
    currency = models.CharField(max_length=3)
    old_billed = MoneyField()
    new_billed = MoneyField()
    old_effective = MoneyField()
    new_effective = MoneyField()
    was_estimated = models.BooleanField(
        help_text="The day was still estimated, so a change was to be expected."
    )
    restated_at = models.DateTimeField()
    run = models.ForeignKey(SyncRun, models.SET_NULL, null=True)

    objects = RestatementQuerySet.as_manager()

    class Meta:
        ordering = ["-restated_at", "-day", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day", "currency", "restated_at"],
                name="restatement_natural_key",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="restatement_day")]

    def __str__(self) -> str:
        return (
            f"{self.day} {self.account}: {self.old_billed} -> {self.new_billed} "
            f"{self.currency}"
        )

    @property
    def billed_change(self) -> Decimal:
        change: Decimal = self.new_billed - self.old_billed
        return change
