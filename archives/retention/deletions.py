"""What is deleted without an archive, by the age of each row. A room below adds its own
by `register`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, QuerySet

from archives.retention.periods import chosen_days
from monitoring.models import Breach, HealthPeriod, NamedQuery, QueryHour, SlowQuery

Grain = HealthPeriod.Grain


@dataclass(frozen=True, slots=True)
class Deletion:
    """Rows of one kind, and for how many days they are kept by default."""

    key: str
    label: str
    rows: Callable[[], QuerySet[Any]]
    moment: str
    """The column from which they are counted."""
    default_days: int
    least_days: int = 1
    then: Callable[[], object] = lambda: None
    """What else goes, after rows were deleted."""

    @property
    def days(self) -> int:
        """Raises InvalidPeriod."""
        return chosen_days(self.key, self.label, self.default_days, self.least_days)

    def due(self, now: datetime) -> QuerySet[Any]:
        """Return what is kept no longer. Raises InvalidPeriod."""
        before = now - timedelta(days=self.days)
        return self.rows().filter(**{f"{self.moment}__lt": before}).order_by()

    def oldest(self) -> date | None:
        found = self.rows().order_by().aggregate(first=Min(self.moment))["first"]
        return found and found.date()


def health(grain: Grain, days: int, least_days: int) -> Deletion:
    return Deletion(
        key=f"health_{grain}s",
        label=f"Health, by {grain}",
        rows=lambda: HealthPeriod.objects.filter(grain=grain),
        moment="starts_at",
        default_days=days,
        least_days=least_days,
    )


def ended_breaches() -> QuerySet[Any]:
    """Their notices go first, into an archive."""
    return Breach.objects.filter(ended_at__isnull=False, notices=None)


def delete_unused_names() -> None:
    hours = QueryHour.objects.filter(name=OuterRef("name"))
    NamedQuery.objects.exclude(Exists(hours)).delete()


DELETIONS: dict[str, Deletion] = {}


def register(deletion: Deletion) -> None:
    """Have it deleted. A room calls it in the ready() of its app."""
    DELETIONS[deletion.key] = deletion


for one in (
    # Hours are summed from minutes, days from hours; the page shows 90 days.
    health(Grain.MINUTE, 2, 1),
    health(Grain.HOUR, 90, 2),
    health(Grain.DAY, 400, 90),
    Deletion(
        "queries",
        "Times of queries",
        QueryHour.objects.all,
        "hour",
        14,
        then=delete_unused_names,
    ),
    Deletion("slow_queries", "Slow queries", SlowQuery.objects.all, "hour", 14),
    Deletion(
        "breaches", "Ended breaches of rules", ended_breaches, "ended_at", 400, 30
    ),
):
    register(one)


def delete_expired(now: datetime) -> int:
    """Delete what is kept no longer; return how many rows. Raises InvalidPeriod."""
    return sum(delete(one, now) for one in DELETIONS.values())


def delete(deletion: Deletion, now: datetime) -> int:
    rows = deletion.due(now)
    _, deleted = rows.delete()
    count = deleted.get(rows.model._meta.label, 0)
    if count:
        deletion.then()
    return count
