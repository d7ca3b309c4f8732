"""The models of each subject of this room, which Django finds here."""

from syncs.api_usage.models import ApiBudgetDay, ApiUsage
from syncs.backfills.models import Backfill, BackfillWindow
from syncs.incidents.models import Incident
from syncs.runs.models import SyncRun, Watermark
from syncs.scheduler.models import Worker

__all__ = [
    "ApiBudgetDay",
    "ApiUsage",
    "Backfill",
    "BackfillWindow",
    "Incident",
    "SyncRun",
    "Watermark",
    "Worker",
]
