"""Keeps what lists sort and filter by beside the days that it follows from."""

from collections.abc import Iterator
from datetime import datetime

from metrics.models import CpuMetric, RecentCpu
from metrics.querysets import RECENT_DAYS
from providers.windows import Window, last_complete_days
from syncs.models import CloudAccount

ROWS_PER_STATEMENT = 2000
FIELDS = ["average_percent", "maximum_percent", "days", "until"]


def refresh_recent_cpu(account: CloudAccount, now: datetime) -> None:
    """Writes the account's RecentCpu anew, within the caller's transaction.

    The same CpuMetric and the same day give the same rows, so a run that is repeated,
    or that reads days of long ago, changes nothing.
    """
    window = last_complete_days(RECENT_DAYS, now)
    RecentCpu.objects.bulk_create(
        _rows(account, window),
        batch_size=ROWS_PER_STATEMENT,
        update_conflicts=True,
        unique_fields=["instance"],
        update_fields=FIELDS,
    )
    stored = RecentCpu.objects.filter(instance__account=account)
    stored.exclude(until=window.end).delete()


def _rows(account: CloudAccount, window: Window) -> Iterator[RecentCpu]:
    days = CpuMetric.objects.filter(instance__account=account).in_window(window)
    for key, average, maximum, count in days.per_instance().iterator():
        yield RecentCpu(
            instance_id=key,
            average_percent=average,
            maximum_percent=maximum,
            days=count,
            until=window.end,
        )
