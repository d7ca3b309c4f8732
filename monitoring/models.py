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
from monitoring.scans.models import Finding, Scan

__all__ = [
    "AlertRule",
    "Breach",
    "Finding",
    "HealthPeriod",
    "HealthState",
    "HostCounters",
    "MetricPoint",
    "MetricRollup",
    "MetricSeries",
    "NamedQuery",
    "QueryHour",
    "Scan",
    "SlowQuery",
]
