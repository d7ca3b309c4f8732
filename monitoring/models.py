"""The models of each subject of this room, which Django finds here."""

from monitoring.health.models import HealthPeriod, HealthState

__all__ = ["HealthPeriod", "HealthState"]
