"""Keep what lists sort and filter by beside the days that it follows from."""

from datetime import datetime

from clouds.models import CloudAccount
from core.db.upsert import upsert
from core.windows import last_complete_days
from metrics.idle import RECENT_DAYS, is_idle
from metrics.models import CpuMetric, RecentCpu

COLUMNS = (
    "resource_id",
    "average_percent",
    "maximum_percent",
    "days",
    "is_idle",
    "until",
)


def refresh_recent_cpu(account: CloudAccount, now: datetime) -> None:
    """Rewrite the account's RecentCpu, within the caller's transaction.

    The same CpuMetric and the same day give the same rows, so a run that is repeated,
    or that reads days of long ago, changes nothing.
    """
    window = last_complete_days(RECENT_DAYS, now)
    metrics = CpuMetric.objects.filter(resource__account=account).in_window(window)
    rows = (
        (key, average, maximum, days, is_idle(maximum, days), window.end)
        for key, average, maximum, days in metrics.per_resource().iterator()
    )
    upsert(RecentCpu, COLUMNS, rows, key=("resource_id",))
    stored = RecentCpu.objects.filter(resource__account=account)
    stored.exclude(until=window.end).delete()
