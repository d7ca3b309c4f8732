"""Which line items of a bill are stored, and where."""

from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import models

from clouds.models import CloudAccount
from core.db.money_field import MoneyField
from costs.lines.querysets import LineItemMonthQuerySet
from syncs.models import SyncRun

# What versions of cached answers call lines that are written after their costs.
LINES_DATASET = "lines"


def file_prefix(account_pk: int, month: date) -> str:
    return f"{account_pk}/{month:%Y-%m}-"


class LineItemMonth(models.Model):
    """One row is the line items of one account's billing month: one Parquet file.

    A newer run of the export writes another file, and this row names it from then on.
    """

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="line_item_months",
        db_index=False,  # the natural key begins with it
    )
    month = models.DateField(help_text="The first day of the billing period.")
    file = models.CharField(max_length=200, help_text="Below LINE_ITEMS_DIR.")
    source_format = models.CharField(
        max_length=40, help_text="Of the files it was read from, such as FOCUS 1.2."
    )
    source_version = models.CharField(
        max_length=64, help_text="Differs once the export's files do."
    )
    row_count = models.BigIntegerField("lines")
    byte_count = models.BigIntegerField("bytes")
    currency = models.CharField(max_length=3)
    billed = MoneyField(help_text="What all lines sum to, to ten places.")
    effective = MoneyField(help_text="What all lines sum to, to ten places.")
    run = models.ForeignKey(
        SyncRun, models.SET_NULL, null=True, help_text="The run that imported it."
    )
    imported_at = models.DateTimeField()

    objects = LineItemMonthQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "account"]
        verbose_name = "month of line items"
        verbose_name_plural = "months of line items"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "month"], name="lineitemmonth_natural_key"
            ),
        ]
        indexes = [models.Index(fields=["month"], name="lineitemmonth_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} of {self.account}"

    @property
    def file_prefix(self) -> str:
        """Return what the names of all files of this account and month begin with."""
        return file_prefix(self.account_id, self.month)

    @property
    def path(self) -> Path:
        return Path(settings.LINE_ITEMS_DIR) / self.file
