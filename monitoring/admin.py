"""The admin of each subject of this room, which Django finds here."""

from monitoring.metrics import admin as metrics
from monitoring.rules import admin as rules

__all__ = ["metrics", "rules"]
