"""How long each table's rows stay in the database, and their files after that."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from archives.models import Table
from core.windows import add_months, first_of_month, utc_day

LONGEST_DAYS, LONGEST_MONTHS = 36_500, 1_200


class InvalidPeriod(ValueError):
    """Rows can't be kept so long; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Period:
    """How long rows stay after the end of their month."""

    days: int
    least_months: int
    """What reads or computes from the rows needs them so long."""
    file_days: int | None = None
    """From when they are archived; None: their files stay."""

    @property
    def least_days(self) -> int:
        """In months of 30 days and more; never more than what is the default."""
        return min(self.days, self.least_months * 365 // 12)


PERIODS = {
    # Clouds answer again for 14 months of costs. What is read twice is summed twice.
    Table.COST: Period(730, 16),
    Table.TAG: Period(730, 16),
    # Insights look back for three months of a resource.
    Table.CPU: Period(730, 4),
    Table.MEMORY: Period(730, 4),
    Table.NETWORK: Period(730, 4),
    Table.USAGE: Period(730, 4),
    Table.RUNS: Period(180, 3, file_days=730),
    Table.BACKFILLS: Period(180, 1, file_days=730),
    Table.NOTICES: Period(180, 3, file_days=730),
    Table.FEEDBACK: Period(730, 3),
    Table.AUDIT: Period(400, 3),
    # Points of so many days are still taken; one that is sent again is known by them.
    Table.POINTS: Period(
        settings.SYSTEM_METRICS_DAYS,
        -(-settings.SYSTEM_METRICS_DAYS * 12 // 365),
        file_days=365,
    ),
    Table.HOURS: Period(400, 3, file_days=730),
}


def kept_days(table: Table) -> int:
    """Return for how many days its rows stay. Raises InvalidPeriod."""
    period = PERIODS[table]
    return chosen_days(table.value, table.label, period.days, period.least_days)


def chosen_days(key: str, label: str, default: int, least: int) -> int:
    """Return the days that RETENTION_DAYS has for that key. Raises InvalidPeriod."""
    chosen = settings.RETENTION_DAYS.get(key)
    if chosen is None:
        return default
    days = int(chosen) if chosen.isdecimal() and len(chosen) < 6 else 0
    if not least <= days <= LONGEST_DAYS:
        raise InvalidPeriod(
            f"{label} can't be kept for {chosen} days: give {least} to {LONGEST_DAYS} "
            f"for {key} in RETENTION_DAYS."
        )
    return days


def first_kept(table: Table, now: datetime, months: int | None = None) -> date:
    """Return the oldest month that stays, by the setting or so many months back.

    Raises InvalidPeriod.
    """
    if months is None:
        return first_of_month(utc_day(now) - timedelta(days=kept_days(table)))
    least = PERIODS[table].least_months
    if not least <= months <= LONGEST_MONTHS:
        raise InvalidPeriod(
            f"{table.label} younger than {least} months stay, as they may be read "
            f"again or are computed from; give at least {least} and at most "
            f"{LONGEST_MONTHS}."
        )
    return add_months(first_of_month(utc_day(now)), -months)
