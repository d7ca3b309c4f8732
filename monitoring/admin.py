"""The admin of each subject of this room, which Django finds here."""

from monitoring.health import admin as health

__all__ = ["health"]
