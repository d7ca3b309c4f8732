"""Questions about recommendations, feedback and verified savings."""

from decimal import Decimal

from django.db.models import Avg, Count, F, Q, Sum

from clouds.access import AccountScopedQuerySet
from insights.ranking import ranked

# The most urgent first.
PRIORITIES = ("high", "medium", "low")


class RecommendationQuerySet(AccountScopedQuerySet):
    def live(self) -> "RecommendationQuerySet":
        """Return those that are open, accepted or in progress."""
        return self.filter(status__in=self.model.LIVE)

    def largest_saving_first(self) -> "RecommendationQuerySet":
        """Order by saving; where that is unknown, by priority, last."""
        rank = ranked("priority", PRIORITIES)
        saving = F("savings_monthly").desc(nulls_last=True)
        return self.annotate(rank=rank).order_by(saving, "rank", "id")

    def savings_per_currency(self) -> dict[str, Decimal]:
        """Return their savings a month, nothing counted twice."""
        return _sum_per_currency(self, "counted_monthly")

    def counts(self, column: str) -> dict[str, int]:
        """Return how many there are of each value of that column."""
        rows = self.order_by(column).values_list(column)
        return dict(rows.annotate(count=Count("id")))


class RecommendationChangeQuerySet(AccountScopedQuerySet):
    account_path = "recommendation__account"


class FeedbackQuerySet(AccountScopedQuerySet):
    account_path = "recommendation__account"

    def ratings(self) -> dict[str, float | int | None]:
        """Return how many there are, the mean rating, and how many are flagged."""
        return self.order_by().aggregate(
            count=Count("id"),
            average_rating=Avg("rating"),
            flagged=Count("id", filter=Q(is_flagged=True)),
        )


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


def _sum_per_currency(rows: AccountScopedQuerySet, column: str) -> dict[str, Decimal]:
    amounts = rows.exclude(**{column: None}).order_by("currency")
    return dict(amounts.values_list("currency").annotate(total=Sum(column)))
