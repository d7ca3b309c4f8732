"""The CPU of the last 14 days, which lists sort and filter by, from stored days."""

from datetime import datetime

from django.db.models import Avg, Count, Max

from clouds.models import CloudAccount
from core.db.upsert import upsert
from core.windows import last_complete_days
from inventory.models import Resource
from metrics.idle import IDLE_WINDOW_DAYS, is_idle
from metrics.models import CpuMetric, RecentCpu

FIGURES = ("average_percent", "maximum_percent", "days", "is_idle", "until")


def refresh_recent_cpu(account: CloudAccount, now: datetime) -> None:
    """Rewrite the account's RecentCpu, within the caller's transaction.

    The same CpuMetric and the same day give the same rows, so a run that is repeated,
    or that reads days of long ago, changes nothing.
    """
    window = last_complete_days(IDLE_WINDOW_DAYS, now)
    per_resource = (
        CpuMetric.objects.filter(resource__account=account)
        .of_kinds(Resource.Kind.INSTANCE)
        .in_window(window)
        .order_by()
        .values_list("resource_id")
        .annotate(
            average=Avg("average_percent"),
            maximum=Max("maximum_percent"),
            days=Count("average_percent"),
        )
    )
    rows = (
        (key, average, maximum, days, is_idle(maximum, days), window.end)
        for key, average, maximum, days in per_resource.iterator()
    )
    upsert(RecentCpu, ("resource_id", *FIGURES), rows, key=("resource_id",))
    stored = RecentCpu.objects.filter(resource__account=account)
    stored.exclude(until=window.end).delete()
