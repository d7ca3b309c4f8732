"""What each table keeps, since when it holds rows, and what is due."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.db.models import Min

from archives.backup.schedule import DAYS_KEPT, MONTHS_KEPT, WEEKS_KEPT
from archives.models import Table
from archives.prune import Month
from archives.retention.periods import PERIODS, Period, kept_days
from archives.retention.runs import due_now
from archives.schemas import TABLES
from monitoring.database.storing import KEPT as QUERIES_KEPT
from monitoring.health.recording import KEPT as HEALTH_KEPT
from monitoring.health.recording import Grain

# What its room deletes by itself, without a file.
DELETED_ELSEWHERE = [
    ("Health, by minute", f"{HEALTH_KEPT[Grain.MINUTE].days} days"),
    ("Health, by hour", f"{HEALTH_KEPT[Grain.HOUR].days} days"),
    ("Health, by day", f"{HEALTH_KEPT[Grain.DAY].days} days"),
    ("Times of queries, slow queries", f"{QUERIES_KEPT.days} days"),
    ("Questions and answers", f"{settings.ASSISTANT_KEEP_DAYS} days"),
    (
        "Backups",
        f"{DAYS_KEPT} daily, {WEEKS_KEPT} weekly, {MONTHS_KEPT} monthly",
    ),
]


@dataclass(frozen=True, slots=True)
class Kept:
    """One table."""

    table: Table
    days: int
    period: Period
    oldest: date | None
    """Day of its oldest row that may go; None: there is none."""
    due: list[Month] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.table.label

    @property
    def due_rows(self) -> int:
        return sum(one.rows for one in self.due)


def kept(now: datetime) -> list[Kept]:
    """Return what each table keeps. Raises CannotPrune."""
    due = by_table(due_now(now))
    return [
        Kept(table, kept_days(table), PERIODS[table], oldest(table), due[table])
        for table in Table
    ]


def by_table(months: Iterable[Month]) -> dict[Table, list[Month]]:
    found: dict[Table, list[Month]] = defaultdict(list)
    for one in months:
        found[one.table].append(one)
    return found


def oldest(table: Table) -> date | None:
    archived = TABLES[table]
    first = archived.rows.order_by().aggregate(first=Min(archived.moment))["first"]
    return first.date() if isinstance(first, datetime) else first
