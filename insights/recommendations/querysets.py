"""Questions about recommendations and verified savings."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum

from clouds.access import AccountScopedQuerySet
from core.db.ordering import ranked
from insights.recommendations.engine.advice import Category, Priority

COUNTED = ("status", "priority", "category")
LARGEST_SAVING_FIRST = (F("savings_monthly").desc(nulls_last=True), "rank", "id")


class RecommendationQuerySet(AccountScopedQuerySet):
    def live(self) -> "RecommendationQuerySet":
        """Return those that are open, accepted or in progress."""
        return self.filter(status__in=self.model.LIVE)

    def largest_saving_first(self) -> "RecommendationQuerySet":
        """Order by saving; where that is unknown, by priority, last."""
        return self.with_rank().order_by(*LARGEST_SAVING_FIRST)

    def with_rank(self) -> "RecommendationQuerySet":
        """Annotate the `rank` of the priority: 0 is critical."""
        return self.annotate(rank=ranked("priority", tuple(Priority)))

    def per_category(self) -> list[dict[str, object]]:
        """Return per category how many there are, and their savings per currency."""
        return _grouped(self, "category", Category)

    def per_status(self) -> list[dict[str, Any]]:
        """Return per status how many there are, and their savings per currency."""
        return _grouped(self, "status", self.model.Status)

    def savings_per_currency(self) -> dict[str, Decimal]:
        """Return their savings a month, nothing counted twice."""
        return _sum_per_currency(self, "counted_monthly")

    def statistics(self) -> dict[str, Any]:
        """Return how many there are, in all and by columns, and the savings a month of
        live ones per currency. One query."""
        counts: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
        savings: dict[str, Decimal] = defaultdict(Decimal)
        groups = self.order_by().values(*COUNTED, "currency")
        for row in groups.annotate(count=Count("id"), saving=Sum("counted_monthly")):
            for name in COUNTED:
                counts[name][row[name]] += row["count"]
            if row["status"] in self.model.LIVE and row["saving"] is not None:
                savings[row["currency"]] += row["saving"]
        return {
            "count": counts["status"].total(),
            **{f"by_{name}": dict(sorted(counts[name].items())) for name in COUNTED},
            "savings": dict(sorted(savings.items())),
        }


class RecommendationChangeQuerySet(AccountScopedQuerySet):
    account_path = "recommendation__account"


class VerificationQuerySet(AccountScopedQuerySet):
    account_path = "recommendation__account"

    def realized_per_currency(self) -> dict[str, Decimal]:
        """Return the realized savings a month."""
        return _sum_per_currency(self.filter(status="realized"), "realized")

    def totals(self) -> list[dict[str, object]]:
        """Return per currency and status: expected and realized a month."""
        return list(
            self.order_by()
            .values("currency", "status")
            .annotate(
                count=Count("id"), expected=Sum("expected"), realized=Sum("realized")
            )
            .order_by("currency", "status")
        )


def _grouped(
    rows: RecommendationQuerySet, column: str, values: Iterable[str]
) -> list[dict[str, Any]]:
    """Return per value, in this order, the count, and the savings per currency."""
    found: dict[str, dict[str, Any]] = {
        str(value): {column: str(value), "count": 0, "savings": {}} for value in values
    }
    groups = rows.order_by().values(column, "currency")
    for row in groups.annotate(count=Count("id"), saving=Sum("counted_monthly")):
        one = found[row[column]]
        one["count"] += row["count"]
        if row["saving"] is not None:
            one["savings"][row["currency"]] = row["saving"]
    return [one for one in found.values() if one["count"]]


def _sum_per_currency(rows: AccountScopedQuerySet, column: str) -> dict[str, Decimal]:
    amounts = rows.exclude(**{column: None}).order_by("currency")
    return dict(amounts.values_list("currency").annotate(total=Sum(column)))
