"""The models of each subject of this room, which Django finds here."""

from monitoring.database.models import NamedQuery, QueryHour, SlowQuery
from monitoring.health.models import HealthPeriod, HealthState
from monitoring.metrics.models import (
    HostCounters,
    MetricPoint,
    MetricRollup,
    MetricSeries,
)
from monitoring.rules.models import AlertRule, Breach

__all__ = [
    "AlertRule",
    "Breach",
    "HealthPeriod",
    "HealthState",
    "HostCounters",
    "MetricPoint",
    "MetricRollup",
    "MetricSeries",
    "NamedQuery",
    "QueryHour",
    "SlowQuery",
]
