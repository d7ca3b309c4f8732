"""Keeps what lists sort and filter by beside the days that it follows from."""

from datetime import datetime

from metrics.models import CpuMetric, RecentCpu
from metrics.querysets import RECENT_DAYS
from providers.windows import last_complete_days
from syncs.models import CloudAccount
from syncs.upserts import upsert

COLUMNS = ("instance_id", "average_percent", "maximum_percent", "days", "until")


def refresh_recent_cpu(account: CloudAccount, now: datetime) -> None:
    """Writes the account's RecentCpu anew, within the caller's transaction.

    The same CpuMetric and the same day give the same rows, so a run that is repeated,
    or that reads days of long ago, changes nothing.
    """
    window = last_complete_days(RECENT_DAYS, now)
    days = CpuMetric.objects.filter(instance__account=account).in_window(window)
    rows = ((*row, window.end) for row in days.per_instance().iterator())
    upsert(RecentCpu, COLUMNS, rows, key=("instance_id",))
    stored = RecentCpu.objects.filter(instance__account=account)
    stored.exclude(until=window.end).delete()
