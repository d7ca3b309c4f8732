"""What is read: accounts, the runs that read them, and what that costs."""

from syncs.datasets import Dataset
from syncs.models.accounts import CloudAccount
from syncs.models.backfills import Backfill, BackfillWindow
from syncs.models.incidents import Incident
from syncs.models.runs import SyncRun, Watermark
from syncs.models.usage import ApiBudgetDay, ApiUsage
from syncs.models.versions import DataVersion, SharedVersion
from syncs.models.workers import Worker
from syncs.registry import CloudKind

__all__ = [
    "ApiBudgetDay",
    "ApiUsage",
    "Backfill",
    "BackfillWindow",
    "CloudAccount",
    "CloudKind",
    "DataVersion",
    "Dataset",
    "Incident",
    "SharedVersion",
    "SyncRun",
    "Watermark",
    "Worker",
]
