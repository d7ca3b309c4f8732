"""Questions about how much recent days grow."""

from django.db.models import Sum

from clouds.access import AccountScopedQuerySet
from costs.growth.shares import GrowthShares


class CostGrowthQuerySet(AccountScopedQuerySet):
    def shares(self) -> GrowthShares:
        """Return by which share days of each age grow, all of these together."""
        sums = self.order_by().values_list("age")
        per_age = sums.annotate(
            count=Sum("days"), read=Sum("known"), came=Sum("settled")
        )
        return GrowthShares.of(per_age.order_by("age"))
