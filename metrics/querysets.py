"""Questions about utilisation."""

from typing import Any, Self

from django.db import models
from django.db.models import Avg, Count, Max, Q

from people.limits import OfAccounts
from providers.windows import Window

# What AWS's rules for idle and underused machines look at: two weeks.
RECENT_DAYS = 14
# AWS Compute Optimizer's rule for idle machines starts with a CPU that never reached
# 5 % in 14 days, and it wants 30 hours of data: that is parts of two days.
IDLE_BELOW_PERCENT = 5.0
IDLE_DAYS = 2


class DayQuerySet(OfAccounts):
    """Days of machines."""

    account_path = "instance__account"

    def in_window(self, window: Window) -> Self:
        return self.filter(day__gte=window.start, day__lt=window.end)


class CpuMetricQuerySet(DayQuerySet):
    def per_instance(self) -> models.QuerySet[Any, tuple[Any, ...]]:
        """(instance key, the average of its days' averages, its highest maximum, how
        many days have an average) of each instance."""
        return (
            self.order_by()
            .values_list("instance_id")
            .annotate(
                average=Avg("average_percent"),
                maximum=Max("maximum_percent"),
                days=Count("average_percent"),
            )
        )


class RecentCpuQuerySet(OfAccounts):
    account_path = "instance__account"

    def idle(self) -> "RecentCpuQuerySet":
        """Those whose CPU never reached 5 % in their last 14 days."""
        return self.filter(maximum_percent__lt=IDLE_BELOW_PERCENT, days__gte=IDLE_DAYS)

    def count_idle(self) -> tuple[int, int]:
        """(how many have enough data to judge, how many of these are idle)."""
        known = Q(days__gte=IDLE_DAYS)
        low = Q(maximum_percent__lt=IDLE_BELOW_PERCENT)
        found = self.aggregate(
            measured=Count("pk", filter=known), idle=Count("pk", filter=known & low)
        )
        return found["measured"], found["idle"]

    def of_present(self) -> "RecentCpuQuerySet":
        """Those of machines that are still there."""
        return self.filter(instance__gone_since__isnull=True)
