"""The models of each subject of this room, which Django finds here."""

from monitoring.database.models import NamedQuery, QueryHour, SlowQuery
from monitoring.health.models import HealthPeriod, HealthState

__all__ = ["HealthPeriod", "HealthState", "NamedQuery", "QueryHour", "SlowQuery"]
