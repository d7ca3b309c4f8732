"""Queries over utilization."""

from typing import Any, Self

from django.db import models
from django.db.models import Avg, Count, Max

from clouds.access import AccountScopedQuerySet
from core.windows import Window


class MetricQuerySet(AccountScopedQuerySet):
    """Rows of resources."""

    account_path = "resource__account"

    def in_window(self, window: Window) -> Self:
        return self.filter(day__gte=window.start, day__lt=window.end)


class CpuMetricQuerySet(MetricQuerySet):
    def per_resource(self) -> models.QuerySet[Any, tuple[Any, ...]]:
        """Return (resource key, the average of its days' averages, its highest
        maximum, how many days have an average) of each resource."""
        return (
            self.order_by()
            .values_list("resource_id")
            .annotate(
                average=Avg("average_percent"),
                maximum=Max("maximum_percent"),
                days=Count("average_percent"),
            )
        )
