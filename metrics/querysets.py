"""Questions about utilisation."""

from typing import Any

from django.db import models
from django.db.models import Avg, Count, F, Max

from people.limits import OfAccounts
from providers.windows import Window


class CpuMetricQuerySet(OfAccounts):
    account_path = "instance__account"

    def in_window(self, window: Window) -> "CpuMetricQuerySet":
        return self.filter(day__gte=window.start, day__lt=window.end)

    def per_instance(self) -> models.QuerySet[Any, Any]:
        """A dict per machine: the average of its days' averages, its highest maximum,
        and how many days have data. The dicts hold what names and places the machine.
        """
        return (
            self.order_by()
            .values(
                "instance_id",
                cloud_id=F("instance__instance_id"),
                name=F("instance__name"),
                state=F("instance__state"),
                gone_since=F("instance__gone_since"),
                instance_type=F("instance__instance_type"),
                region=F("instance__region"),
                account=F("instance__account__name"),
            )
            .annotate(
                average=Avg("average_percent"),
                maximum=Max("maximum_percent"),
                days=Count("average_percent"),
            )
        )
