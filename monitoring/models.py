"""The models of each subject of this room, which Django finds here."""

from monitoring.scans.models import Finding, Scan

__all__ = ["Finding", "Scan"]
