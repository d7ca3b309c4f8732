"""What each table keeps, since when it holds rows, and what is due."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Min

from archives.models import Table
from archives.prune import Month
from archives.retention.periods import PERIODS, Period, kept_days
from archives.retention.runs import due_now
from archives.schemas import TABLES


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
