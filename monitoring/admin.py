"""The admin of each subject of this room, which Django finds here."""

from monitoring.database import admin as database
from monitoring.health import admin as health
from monitoring.metrics import admin as metrics
from monitoring.rules import admin as rules
from monitoring.scans import admin as scans

__all__ = ["database", "health", "metrics", "rules", "scans"]
