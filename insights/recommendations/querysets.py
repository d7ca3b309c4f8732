"""Questions about recommendations, feedback and verified savings."""

from decimal import Decimal

from django.db.models import Avg, Count, F, Q, Sum

from clouds.access import AccountScopedQuerySet
from insights.ranking import ranked

# The most urgent first.
PRIORITIES = ("high", "medium", "low")


class RecommendationQuerySet(AccountScopedQuerySet):
    def live(self) -> "RecommendationQuerySet":
        """Those that there is something to do about."""
        return self.filter(status__in=self.model.LIVE)

    def largest_saving_first(self) -> "RecommendationQuerySet":
        """By what they save; where that is unknown, by priority, last."""
        rank = ranked("priority", PRIORITIES)
        saving = F("savings_monthly").desc(nulls_last=True)
        return self.annotate(rank=rank).order_by(saving, "rank", "id")

    def savings_per_currency(self) -> dict[str, Decimal]:
        """What they save a month together, nothing counted twice."""
        return dict(
            self.order_by()
            .exclude(counted_monthly=None)
            .values("currency")
            .annotate(total=Sum("counted_monthly"))
            .order_by("currency")
            .values_list("currency", "total")
        )

    def counts(self, column: str) -> dict[str, int]:
        """How many there are of each value of that column."""
        return dict(
            self.order_by()
            .values(column)
            .annotate(count=Count("id"))
            .order_by(column)
            .values_list(column, "count")
        )


class RecommendationChangeQuerySet(AccountScopedQuerySet):
    account_path = "recommendation__account"


class FeedbackQuerySet(AccountScopedQuerySet):
    account_path = "recommendation__account"

    def ratings(self) -> dict[str, float | int | None]:
        """How many there are, the mean rating, and how many are flagged."""
        return self.order_by().aggregate(
            count=Count("id"),
            average_rating=Avg("rating"),
            flagged=Count("id", filter=Q(is_flagged=True)),
        )


class VerificationQuerySet(AccountScopedQuerySet):
    account_path = "recommendation__account"

    def realized_per_currency(self) -> dict[str, Decimal]:
        """What is really saved a month."""
        return dict(
            self.order_by()
            .filter(status="realized", realized__isnull=False)
            .values("currency")
            .annotate(total=Sum("realized"))
            .order_by("currency")
            .values_list("currency", "total")
        )

    def totals(self) -> list[dict[str, object]]:
        """Per currency and status: expected and realized a month."""
        return list(
            self.order_by()
            .values("currency", "status")
            .annotate(
                count=Count("id"), expected=Sum("expected"), realized=Sum("realized")
            )
            .order_by("currency", "status")
        )
