"""Questions about what reading costs."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q, Sum

from clouds.access import AccountScopedQuerySet, AnyUser, is_limited
from core.windows import Window


class ApiBudgetDayQuerySet(AccountScopedQuerySet):
    def visible_to(self, user: AnyUser) -> Self:
        """A day's budget is of all accounts together: only for who may see them all."""
        return self.none() if is_limited(user) else self


class ApiUsageQuerySet(AccountScopedQuerySet):
    def in_window(self, window: Window) -> Self:
        return self.filter(day__gte=window.start, day__lt=window.end)

    def per_service_and_day(self) -> models.QuerySet[Any, tuple[Any, ...]]:
        """Return (service, day, requests, 10^-5 USD) of each service's days."""
        sums = {"requests_sum": Sum("requests"), "usd_e5_sum": Sum("usd_e5")}
        return self.order_by().values_list("service", "day").annotate(**sums)

    def per_account(self, today: date) -> models.QuerySet[Any, tuple[Any, ...]]:
        """Return (account id, requests and 10^-5 USD of today, and of all) of each."""
        on_day = Q(day=today)
        return (
            self.order_by()
            .values_list("account__account_id")
            .annotate(
                requests_today=Sum("requests", filter=on_day, default=0),
                usd_e5_today=Sum("usd_e5", filter=on_day, default=0),
                requests_sum=Sum("requests"),
                usd_e5_sum=Sum("usd_e5"),
            )
            .order_by("-usd_e5_sum", "account__account_id")
        )
