"""The models of each subject of this room, which Django finds here."""

from monitoring.metrics.models import MetricPoint, MetricRollup, MetricSeries

__all__ = ["MetricPoint", "MetricRollup", "MetricSeries"]
