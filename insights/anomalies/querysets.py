"""Questions about anomalies, answered by the database."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, Sum

from clouds.access import AccountScopedQuerySet
from core.db.ordering import ranked
from core.windows import Window

# The worst first.
SEVERITIES = ("critical", "high", "medium", "low")


class AnomalyQuerySet(AccountScopedQuerySet):
    def open(self) -> "AnomalyQuerySet":
        return self.filter(status__in=self.model.OPEN)

    def worst_first(self) -> "AnomalyQuerySet":
        """Ongoing before over, then by severity, then the newest."""
        rank = ranked("severity", SEVERITIES)
        return self.annotate(rank=rank).order_by("is_over", "rank", "-first_day", "-id")

    def within(self, *windows: Window) -> "AnomalyQuerySet":
        """Return those that overlap one of these windows."""
        overlap = (
            Q(first_day__lt=window.end, last_day__gte=window.start)
            for window in windows
        )
        return self.filter(reduce(or_, overlap))

    def net_impact(self) -> list[dict[str, Any]]:
        """Return per currency what they cost above and below what was expected.

        Those of CPU have no money.
        """
        money = self.order_by().exclude(impact=None).values("currency")
        above, below = Q(impact__gt=0), Q(impact__lt=0)
        return list(
            money.annotate(
                net=Sum("impact"),
                above=Sum("impact", filter=above),
                below=Sum("impact", filter=below),
            ).order_by("currency")
        )


class AnomalyChangeQuerySet(AccountScopedQuerySet):
    account_path = "anomaly__account"
