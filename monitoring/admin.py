"""The admin of each subject of this room, which Django finds here."""

from monitoring.scans import admin as scans

__all__ = ["scans"]
