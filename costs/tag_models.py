"""The sums that pages read of costs by tag; costs.rollups keeps them right."""

from django.db import models

from clouds.access import AccountScopedQuerySet
from clouds.models import CloudAccount
from core.db.money_field import MoneyField
from costs.querysets import BillDayQuerySet
from costs.rollup_querysets import TagRollupQuerySet
from providers.settings import TAG_KEY_LENGTH, TAG_VALUE_LENGTH


class TagDay(models.Model):
    """One row is a UTC day of which an account's costs are stored by a tag key.

    costs.rollups keeps it right in the transaction that writes the rows.
    """

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="tag_days",
        db_index=False,  # the natural key begins with it
    )
    tag_key = models.CharField(max_length=TAG_KEY_LENGTH)
    day = models.DateField()
    currency = models.CharField(max_length=3)
    row_count = models.IntegerField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "account", "tag_key", "currency"]
        constraints = [
            # In this order, as the totals of days are joined with it.
            models.UniqueConstraint(
                fields=["account", "day", "currency", "tag_key"],
                name="tagday_natural_key",
            ),
        ]
        indexes = [
            # Found at once when their last row has gone.
            models.Index(
                fields=["day"], condition=models.Q(row_count=0), name="tagday_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.account} by {self.tag_key}: {self.row_count} rows"


class TagRollup(models.Model):
    """What all counted rows of one UTC day or month sum to, by one tag's values, or by
    these and service.

    "Counted" are those that no CoveredDay hides. Without a service it is of all. Of a
    month `day` is the first. costs.rollups keeps it right in the transaction that
    writes the rows.
    """

    class Dimension(models.TextChoices):
        """Which columns its rows are split by, beside the tag key."""

        VALUE = "value"
        SERVICE = "service"
        VALUE_MONTH = "value_month"
        SERVICE_MONTH = "service_month"

    dimension = models.CharField(max_length=16, choices=Dimension.choices)
    tag_key = models.CharField(max_length=TAG_KEY_LENGTH)
    day = models.DateField()
    currency = models.CharField(max_length=3)
    tag_value = models.CharField(
        max_length=TAG_VALUE_LENGTH, blank=True, help_text="Empty: untagged."
    )
    service = models.CharField(max_length=200, blank=True)
    billed = MoneyField()
    effective = MoneyField()
    row_count = models.IntegerField()

    objects = TagRollupQuerySet.as_manager()

    class Meta:
        ordering = ["dimension", "tag_key", "-day", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "dimension",
                    "tag_key",
                    "day",
                    "currency",
                    "tag_value",
                    "service",
                ],
                name="tagrollup_natural_key",
            ),
        ]
        indexes = [
            # A question about one value, however many a day has.
            models.Index(
                fields=["tag_key", "tag_value", "dimension", "day"],
                name="tagrollup_value",
            ),
            models.Index(
                fields=["day"], condition=models.Q(row_count=0), name="tagrollup_empty"
            ),
        ]

    def __str__(self) -> str:
        tag = f"{self.tag_key}={self.tag_value}"
        return f"{self.day} {self.dimension} {tag}: {self.billed} {self.currency}"


class TagBillDay(models.Model):
    """How many counted totals of one UTC day are read by a tag key, of these how many
    are estimated and unreconciled.

    Those of nothing have an empty key, as they are the same by each. costs.rollups
    keeps it right.
    """

    tag_key = models.CharField(
        max_length=TAG_KEY_LENGTH, blank=True, help_text="Empty: what costs nothing."
    )
    day = models.DateField()
    currency = models.CharField(max_length=3)
    total_count = models.IntegerField()
    estimated_count = models.IntegerField()
    unreconciled_count = models.IntegerField()

    objects = BillDayQuerySet.as_manager()

    class Meta:
        ordering = ["tag_key", "-day", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["tag_key", "day", "currency"], name="tagbillday_natural_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} by {self.tag_key}: {self.total_count} bills"


class TagSpan(models.Model):
    """From when until when an account's counted bill is read by a tag key, in one
    currency: what BillSpan is of the whole bill.

    Days that cost nothing are read by each key, and have an empty one of their own.
    """

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="tag_spans",
        db_index=False,  # the natural key begins with it
    )
    currency = models.CharField(max_length=3)
    tag_key = models.CharField(
        max_length=TAG_KEY_LENGTH, blank=True, help_text="Empty: what costs nothing."
    )
    first_day = models.DateField()
    last_day = models.DateField()
    days = models.IntegerField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        ordering = ["account", "tag_key", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "tag_key", "currency"], name="tagspan_natural_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} by {self.tag_key}: {self.first_day} - {self.last_day}"
