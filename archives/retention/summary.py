"""What each table keeps, since when it holds rows, and what is due."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Min

from archives.models import Table
from archives.prune import CannotPrune, Month
from archives.retention.deletions import DELETIONS, Deletion
from archives.retention.periods import PERIODS, InvalidPeriod, kept_days
from archives.retention.runs import due_now
from archives.schemas import TABLES


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of one kind."""

    table: str
    label: str
    days: int
    least_days: int
    is_archived: bool
    file_days: int | None
    """Days in the archive after that; None: indefinitely, or in none."""
    oldest: date | None
    """Day of its oldest row that may go; None: there is none."""
    due_rows: int
    due: list[Month] = field(default_factory=list)


def kept_tables(now: datetime) -> list[Kept]:
    """Return how long each kind of rows stays, and what is due. Raises CannotPrune."""
    due = by_table(due_now(now))
    try:
        return [
            *(_archived(table, due[table]) for table in Table),
            *(_deleted(one, now) for one in DELETIONS.values()),
        ]
    except InvalidPeriod as error:
        raise CannotPrune(str(error)) from None


def _archived(table: Table, due: list[Month]) -> Kept:
    period = PERIODS[table]
    return Kept(
        table=table.value,
        label=table.label,
        days=kept_days(table),
        least_days=period.least_days,
        is_archived=True,
        file_days=period.file_days,
        oldest=oldest(table),
        due_rows=sum(one.rows for one in due),
        due=due,
    )


def _deleted(one: Deletion, now: datetime) -> Kept:
    return Kept(
        table=one.key,
        label=one.label,
        days=one.days,
        least_days=one.least_days,
        is_archived=False,
        file_days=None,
        oldest=one.oldest(),
        due_rows=one.due(now).count(),
    )


def due_deletions(now: datetime) -> list[dict[str, str | int]]:
    """Return how many rows are deleted without an archive. Raises CannotPrune."""
    try:
        counts = {key: one.due(now).count() for key, one in DELETIONS.items()}
    except InvalidPeriod as error:
        raise CannotPrune(str(error)) from None
    return [{"table": key, "rows": n} for key, n in counts.items() if n]


def by_table(months: Iterable[Month]) -> dict[Table, list[Month]]:
    found: dict[Table, list[Month]] = defaultdict(list)
    for one in months:
        found[one.table].append(one)
    return found


def oldest(table: Table) -> date | None:
    archived = TABLES[table]
    first = archived.rows.order_by().aggregate(first=Min(archived.moment))["first"]
    return first.date() if isinstance(first, datetime) else first
