"""The admin of each subject of this room, which Django finds here."""

from syncs.accounts.admin import CloudAccountAdmin
from syncs.api_usage.admin import ApiBudgetDayAdmin, ApiUsageAdmin
from syncs.backfills.admin import BackfillAdmin
from syncs.incidents.admin import IncidentAdmin
from syncs.runs.admin import SyncRunAdmin, WatermarkAdmin
from syncs.scheduler.admin import TaskAdmin

__all__ = [
    "ApiBudgetDayAdmin",
    "ApiUsageAdmin",
    "BackfillAdmin",
    "CloudAccountAdmin",
    "IncidentAdmin",
    "SyncRunAdmin",
    "TaskAdmin",
    "WatermarkAdmin",
]
