"""Questions about insights, answered by the database."""

from datetime import date
from decimal import Decimal

from django.db.models import Avg, Case, Count, F, IntegerField, Q, Sum, Value, When

from people.limits import OfAccounts


class ForecastQuerySet(OfAccounts):
    def newest(self) -> "ForecastQuerySet":
        """The one of each scope that is shown."""
        return self.filter(is_newest=True)

    def of_scope(
        self, account: int | None, scope: str, key: str, currency: str
    ) -> "ForecastQuerySet":
        """All that were made of one scope, the newest first."""
        which = {"scope": scope, "key": key, "currency": currency}
        return self.filter(account=account, **which).order_by("-data_until", "-id")


class PointQuerySet(OfAccounts):
    account_path = "forecast__account"


# The worst first.
SEVERITIES = ("critical", "high", "medium", "low")
PRIORITIES = ("high", "medium", "low")


def ranked(column: str, values: tuple[str, ...]) -> Case:
    """0 for the first of these values, 1 for the second..."""
    whens = [When(**{column: value}, then=Value(at)) for at, value in enumerate(values)]
    return Case(*whens, default=Value(len(values)), output_field=IntegerField())


class AnomalyQuerySet(OfAccounts):
    def open(self) -> "AnomalyQuerySet":
        """Those that nobody has settled yet."""
        return self.filter(status__in=self.model.OPEN)

    def worst_first(self) -> "AnomalyQuerySet":
        """Going on before over, then by severity, then the newest."""
        rank = ranked("severity", SEVERITIES)
        return self.annotate(rank=rank).order_by("is_over", "rank", "-first_day", "-id")


class OfAnomaly(OfAccounts):
    account_path = "anomaly__account"


class RecommendationQuerySet(OfAccounts):
    def live(self) -> "RecommendationQuerySet":
        """Those that there is something to do about."""
        return self.filter(status__in=self.model.LIVE)

    def dearest_first(self) -> "RecommendationQuerySet":
        """By what they save; where that is not known, by priority, last."""
        rank = ranked("priority", PRIORITIES)
        saving = F("savings_monthly").desc(nulls_last=True)
        return self.annotate(rank=rank).order_by(saving, "rank", "id")

    def savings_per_currency(self) -> dict[str, Decimal]:
        """What they save a month in all, nothing counted twice."""
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


class OfRecommendation(OfAccounts):
    account_path = "recommendation__account"

    def ratings(self) -> dict[str, float | int | None]:
        """Of feedback: how many, the mean rating, and how many are flagged."""
        return self.order_by().aggregate(
            count=Count("id"),
            average_rating=Avg("rating"),
            flagged=Count("id", filter=Q(is_flagged=True)),
        )

    def realised_per_currency(self) -> dict[str, Decimal]:
        """Of verifications: what really is saved a month."""
        return dict(
            self.order_by()
            .filter(status="realised", realised__isnull=False)
            .values("currency")
            .annotate(total=Sum("realised"))
            .order_by("currency")
            .values_list("currency", "total")
        )

    def totals(self) -> list[dict[str, object]]:
        """Of verifications: per currency and status, expected and realised a month."""
        return list(
            self.order_by()
            .values("currency", "status")
            .annotate(
                count=Count("id"), expected=Sum("expected"), realised=Sum("realised")
            )
            .order_by("currency", "status")
        )


class OfBudget(OfAccounts):
    account_path = "budget__account"

    def without_notice(self, period: date) -> "OfBudget":
        """Alerts of that month for which no channel was configured yet."""
        return self.filter(notices=None, period=period)
