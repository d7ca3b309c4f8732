"""Questions about feedback."""

from typing import Any, Self

from django.db.models import Avg, Count, Model, Q

from clouds.access import AccountScopedQuerySet, AnyUser, visible_accounts

# What users say something about, by the name of its model and of the column.
INSIGHTS = ("recommendation", "anomaly", "forecast")
RATINGS = range(1, 6)
OF_RATINGS = {
    "count": Count("rating"),
    "average_rating": Avg("rating"),
    "flagged": Count("id", filter=Q(is_flagged=True)),
}


class FeedbackQuerySet(AccountScopedQuerySet):
    # One of three ways to it.
    account_path = f"{INSIGHTS[0]}__account"

    def visible_to(self, user: AnyUser) -> Self:
        """Return that of insights of accounts that this user may see."""
        accounts = visible_accounts(user)
        if accounts is None:
            return self
        own, seen = Q(), accounts.values("cloudaccount")
        for insight in INSIGHTS:
            own |= Q(**{f"{insight}__account__in": seen})
        return self.filter(own)

    def about(self, insight: Model) -> Self:
        return self.filter(**{str(insight._meta.model_name): insight})

    def ratings(self) -> dict[str, float | int | None]:
        """Return how many there are, the mean rating, and how many are flagged."""
        return self.order_by().aggregate(**OF_RATINGS)

    def statistics(self) -> dict[str, Any]:
        """Return the ratings, how many of each, and comments, by kind. One query."""
        counts = {f"of_{n}": Count("id", filter=Q(rating=n)) for n in RATINGS}
        of_kinds = {
            f"{name}_count": Count("id", filter=~Q(**{name: None})) for name in INSIGHTS
        }
        found = self.order_by().aggregate(
            **OF_RATINGS,
            comments=Count("id", filter=~Q(comment="")),
            users=Count("user", distinct=True),
            **counts,
            **of_kinds,
        )
        return {
            **found,
            "by_rating": {str(n): found.pop(f"of_{n}") for n in RATINGS},
            "by_insight": {name: found.pop(f"{name}_count") for name in INSIGHTS},
        }
