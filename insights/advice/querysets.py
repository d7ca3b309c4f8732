"""Questions about what clouds themselves advise."""

from typing import Self

from django.db.models import F

from clouds.access import AccountScopedQuerySet
from insights.ranking import ranked

IMPACTS = ("high", "medium", "low")


class AdviceQuerySet(AccountScopedQuerySet):
    def largest_saving_first(self) -> Self:
        """Order by saving; where that is unknown, by impact, last."""
        saving = F("monthly_savings").desc(nulls_last=True)
        return self.annotate(rank=ranked("impact", IMPACTS)).order_by(
            saving, "rank", "id"
        )
