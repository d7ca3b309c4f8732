"""Months of points as partitions of their own, which PostgreSQL drops at once.

They are made ahead when points are recorded, so that none is missing when a month
begins; points of an older month make theirs.
"""

from collections.abc import Iterable
from datetime import date

from django.db import connection

from core.db.exclusive import hold_until_commit
from core.windows import add_months, first_of_month, midnight
from monitoring.metrics.models import MetricPoint

TABLE = "monitoring_metricpoint"
MONTHS_AHEAD = 2


def months_ahead(day: date) -> set[date]:
    """Return this month and those for which partitions are made ahead."""
    return {add_months(day, ahead) for ahead in range(MONTHS_AHEAD + 1)}


def ensure_partitions(days: Iterable[date]) -> None:
    """Make the partitions of the months of these days that are missing.

    Called before the transaction writes any point: making one waits for those who do.
    """
    if connection.vendor != "postgresql":
        return
    months = {first_of_month(day) for day in days}
    if not _missing(months):
        return
    hold_until_commit("partitions of metric points")
    with connection.cursor() as cursor:
        for month in sorted(_missing(months)):
            cursor.execute(
                f"CREATE TABLE {partition_of(month)} PARTITION OF {TABLE} "
                f"FOR VALUES FROM ('{month}Z') TO ('{add_months(month, 1)}Z')"
            )


def delete_points(before: date) -> None:
    """Delete what was recorded before that day; whole months at once on PostgreSQL."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name in sorted(_partitions()):
                if name < partition_of(before):
                    cursor.execute(f"DROP TABLE {name}")
    MetricPoint.objects.filter(recorded_at__lt=midnight(before)).delete()


def partition_of(month: date) -> str:
    return f"{TABLE}_{month:%Y_%m}"


def _missing(months: set[date]) -> set[date]:
    present = _partitions()
    return {month for month in months if partition_of(month) not in present}


def _partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_inherits ON inhrelid = pg_class.oid "
            "WHERE inhparent = %s::regclass",
            [TABLE],
        )
        return {name for (name,) in cursor.fetchall()}
