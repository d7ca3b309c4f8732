"""Months of points as partitions of their own, whose indexes stay small on PostgreSQL
and are left alone once a month is over.

They are made ahead when points are recorded, so that none is missing when a month
begins; points of an older month make theirs. One whose points are archived is dropped.
"""

from collections.abc import Iterable
from datetime import date

from django.db import OperationalError, connection, transaction

from core.db.exclusive import hold_until_commit
from core.windows import add_months, first_of_month

TABLE = "monitoring_metricpoint"
MONTHS_AHEAD = 2
# While it waits for readers, it holds up who comes after.
LONGEST_WAIT = "2s"


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


def drop_partition_if_empty(month: date) -> bool:
    """Drop the partition of a month without points; return whether it was.

    Where others read the table for long it is left for another time.
    """
    if connection.vendor != "postgresql" or not _partitions() & {partition_of(month)}:
        return False
    name = partition_of(month)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
            cursor.execute(f"LOCK TABLE {TABLE}, {name} IN ACCESS EXCLUSIVE MODE")
            cursor.execute(f"SELECT EXISTS (SELECT FROM {name})")  # noqa: S608
            (has_points,) = cursor.fetchone()
            if not has_points:
                cursor.execute(f"DROP TABLE {name}")
            return not has_points
    except OperationalError:
        return False


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
