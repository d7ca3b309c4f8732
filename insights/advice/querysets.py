"""Questions about what clouds themselves advise."""

from typing import Self

from django.db.models import F

from clouds.access import AccountScopedQuerySet
from core.db.ordering import ranked
from inventory.models import Resource

IMPACTS = ("high", "medium", "low")


class AdviceQuerySet(AccountScopedQuerySet):
    def about(self, resource: Resource) -> Self:
        return self.filter(
            account=resource.account_id, resource_id=resource.resource_id
        )

    def largest_saving_first(self) -> Self:
        """Order by saving; where that is unknown, by impact, last."""
        saving = F("monthly_savings").desc(nulls_last=True)
        return self.annotate(rank=ranked("impact", IMPACTS)).order_by(
            saving, "rank", "id"
        )
