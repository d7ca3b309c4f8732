"""Named questions of what checks found."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db.models import F, Q, QuerySet

from clouds.access import AccountScopedQuerySet, AnyUser, visible_accounts
from monitoring.health.components import FRESHNESS


class HealthPeriodQuerySet(AccountScopedQuerySet):
    def visible_to(self, user: AnyUser) -> Self:
        """Those of the installation are seen by all who may see any, but for the
        freshness of all accounts together."""
        accounts = visible_accounts(user)
        if accounts is None:
            return self
        return self.exclude(component=FRESHNESS).filter(
            Q(account=None) | Q(account__in=accounts.values("cloudaccount"))
        )

    def of_installation(self) -> Self:
        return self.filter(account=None)

    def of_grain(self, grain: str, start: datetime, length: timedelta) -> Self:
        return self.filter(
            grain=grain, starts_at__gte=start, starts_at__lt=start + length
        )

    def minutes(self, since: datetime) -> Self:
        return self.filter(grain="minute", starts_at__gte=since)

    def newest(self, since: datetime) -> dict[str, Any]:
        """Return the newest minute of each component since then, by its name."""
        minutes = self.minutes(since).order_by("starts_at")
        return {row.component: row for row in minutes}

    def components(self) -> QuerySet[Any]:
        """Return the name of each component once, those of the installation first."""
        named = self.order_by().values_list("component", flat=True).distinct()
        return named.order_by(F("account").asc(nulls_first=True), "component")
