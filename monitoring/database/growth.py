"""How fast the database grows, and when it fills the disk that is meant for it."""

import logging
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from statistics import fmean

from django.conf import settings

from core.windows import ONE_DAY
from monitoring.database.gauges import database_bytes
from monitoring.metrics.models import MetricRollup
from monitoring.metrics.points import Point, labels_text
from monitoring.metrics.record import record_points

logger = logging.getLogger(__name__)

NO_LABELS = labels_text({})
SIZE, DAYS_LEFT = "database_bytes", "database_days_until_full"
# The growth of so many days is taken to go on; fewer than three days show none.
GROWTH_DAYS, LEAST_DAYS = 28, 3
# What is further away than ten years is not foreseen.
MOST_DAYS_LEFT = 3650.0


def record_database_size(now: datetime) -> None:
    """Record the size, and in how many days it reaches DATABASE_DISK_GIB. Each minute.

    The latter once three days are recorded, and only where the disk's size is given.
    """
    minute = now.replace(second=0, microsecond=0)
    size = database_bytes()
    points = [Point(SIZE, NO_LABELS, minute, float(size), "bytes")]
    if (left := days_until_full(size, daily_sizes(now))) is not None:
        points.append(Point(DAYS_LEFT, NO_LABELS, minute, left, "d"))
    for at, reason in record_points(points, now).items():
        logger.error("%s was not recorded: %s", points[at].name, reason)


def daily_sizes(now: datetime) -> list[tuple[float, float]]:
    """Return the least size of each of the last days, by its distance in days.

    One that leaps at noon is so a leap between two days, not one over three.
    """
    rows = MetricRollup.objects.filter(
        series__name=SIZE,
        series__labels={},
        interval=MetricRollup.Interval.DAY,
        start_at__gte=now - GROWTH_DAYS * ONE_DAY,
    )
    days = rows.order_by("start_at").values_list("start_at", "minimum")
    return [((at - now) / ONE_DAY, size) for at, size in days]


def days_until_full(size: int, days: Sequence[tuple[float, float]]) -> float | None:
    """Return when it fills its disk if it grows on as it did; None where unknown.

    The day that it grew most is left out: a first sync does not come again.
    """
    limit = settings.DATABASE_DISK_GIB * 2**30
    if not limit or len(days) < LEAST_DAYS:
        return None
    if size >= limit:
        return 0.0
    *usual, _ = sorted(
        (later - earlier) / (end - start)
        for (start, earlier), (end, later) in pairwise(days)
    )
    growth = fmean(usual)
    if growth <= 0:
        return MOST_DAYS_LEFT
    return min((limit - size) / growth, MOST_DAYS_LEFT)
