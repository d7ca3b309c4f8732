"""Questions about what reading costs."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q, Sum

from clouds.access import DayQuerySet


class ApiUsageQuerySet(DayQuerySet):
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
