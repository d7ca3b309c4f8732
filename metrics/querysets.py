"""Questions about utilisation."""

from typing import TYPE_CHECKING

from django.db import models

from providers.windows import Window

if TYPE_CHECKING:
    pass


class CpuMetricQuerySet(models.QuerySet["CpuMetric"]):
    def in_window(self, window: Window) -> "CpuMetricQuerySet":
        return self.filter(day__gte=window.start, day__lt=window.end)
