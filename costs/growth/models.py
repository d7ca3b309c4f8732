"""How much of a day's bill is known how soon, as measured on days that are settled."""

from django.db import models

from clouds.models import CloudAccount
from core.db.money_field import MoneyField
from costs.growth.querysets import CostGrowthQuerySet


class CostGrowth(models.Model):
    """One row is what an account's settled days were billed at an age, and are now.

    costs.growth.refresh keeps it right in the transaction that stores costs.
    """

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="cost_growth",
        db_index=False,  # the natural key begins with it
    )
    currency = models.CharField(max_length=3)
    age = models.PositiveSmallIntegerField(
        help_text="Days after the day itself: 1 is a read on the day after."
    )
    days = models.PositiveSmallIntegerField(help_text="Days that were read at it.")
    known = MoneyField(help_text="What they were billed then.")
    settled = MoneyField(help_text="What they are billed now.")

    objects = CostGrowthQuerySet.as_manager()

    class Meta:
        ordering = ["account", "currency", "age"]
        verbose_name_plural = "cost growth"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "currency", "age"], name="costgrowth_natural_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} after {self.age} days: {self.known} of {self.settled}"
