"""The daily costs that insights are computed from, as plain records.

Amounts become floats here: from here on they are estimates, never a bill.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import fsum, nan

from django.db.models import Count, Max, Min, Q, Sum

from clouds.models import CloudAccount
from core.windows import ONE_DAY, last_complete_days
from costs.models import CostTotal, DailyCost
from costs.querysets import CostTotalQuerySet, DailyCostQuerySet
from providers.records import ChargeCategory

# The newest days of a bill arrive in part. AWS calls a whole month estimated until
# the middle of the next one, though hardly a cent of it changes after three days.
UNSETTLED_DAYS = 3
ROWS_AT_ONCE = 5000
# As far back as Cost Explorer goes; older days say little about tomorrow.
HISTORY_DAYS = 430

# The part of a bill that a row is of: sub-account, service, region.
Part = tuple[str, str, str]


@dataclass(frozen=True)
class Bill:
    """The daily costs of one currency, of one bill or of all of them together.

    `usage` and `all` have one value for each day from `first_day`, NaN where the day
    is not known; `all` has taxes, fees and credits too.
    """

    currency: str
    first_day: date
    days: int
    unsettled: frozenset[date]
    usage: Mapping[Part, "array[float]"]
    all: Mapping[Part, "array[float]"]

    def summed(self, parts: Iterable[Part]) -> list[float]:
        """Return what these parts cost together each day; NaN where unknown.

        The sum is the same to the last bit in any order of the parts; otherwise the
        same days would look changed.
        """
        columns = [self.all[part] for part in parts]
        return [fsum(values) for values in zip(*columns, strict=True)]

    def settled(self, values: Iterable[float]) -> list[float | None]:
        """Return the values of known and complete days; None for the others."""
        return [
            None if value != value or day in self.unsettled else value
            for day, value in zip(self.dates(), values, strict=True)
        ]

    def dates(self) -> Iterator[date]:
        return (self.first_day + ONE_DAY * at for at in range(self.days))


@dataclass
class _Days:
    """The days that any account has, that all have, and that may still change."""

    stored: set[date] = field(default_factory=set)
    known: set[date] = field(default_factory=set)
    estimated: set[date] = field(default_factory=set)


def read_bills(account: CloudAccount | None, now: datetime) -> list[Bill]:
    """Return a bill per currency of that account, or of all without their regions.

    Today is left out. Two queries, and one per currency.
    """
    window = last_complete_days(HISTORY_DAYS, now)
    rows = DailyCost.objects.counted().in_window(window)
    totals = CostTotal.objects.counted().in_window(window)
    if account is not None:
        rows, totals = rows.filter(account=account), totals.filter(account=account)
    return [
        _bill(currency, days, rows.filter(currency=currency), account is not None)
        for currency, days in _stored_days(totals).items()
    ]


def _stored_days(totals: CostTotalQuerySet) -> dict[str, _Days]:
    """Return per currency the days on which no account's bill is missing.

    A bill's history begins with its first stored day. That of an enabled account goes
    on to the newest day of all: one that fell behind would look like a fall in costs.
    """
    spans: dict[str, list[tuple[date, date]]] = defaultdict(list)
    found: dict[str, dict[date, tuple[int, int]]] = defaultdict(dict)
    newest: dict[str, date] = totals.newest_day_per_currency()
    histories = (
        totals.order_by()
        .values("currency", "account", "account__is_enabled")
        .annotate(first=Min("day"), last=Max("day"))
        .values_list("currency", "account__is_enabled", "first", "last")
    )
    for currency, is_read, first, last in histories:
        spans[currency].append((first, newest[currency] if is_read else last))
    counts = (
        totals.order_by()
        .values("currency", "day")
        .annotate(stored=Count("id"), guessed=Count("id", filter=Q(is_estimated=True)))
        .values_list("currency", "day", "stored", "guessed")
    )
    for currency, day, stored, guessed in counts:
        found[currency][day] = (stored, guessed)
    return {
        currency: _whole_days(spans[currency], days)
        for currency, days in sorted(found.items())
    }


def _whole_days(
    spans: list[tuple[date, date]], found: dict[date, tuple[int, int]]
) -> _Days:
    days = _Days()
    for day, (stored, guessed) in found.items():
        days.stored.add(day)
        expected = sum(first <= day <= last for first, last in spans)
        if stored >= expected:
            days.known.add(day)
        if guessed:
            days.estimated.add(day)
    return days


def _bill(
    currency: str, days: _Days, rows: DailyCostQuerySet, with_regions: bool
) -> Bill:
    first, last = min(days.stored), max(days.stored)
    count = (last - first).days + 1
    blank = array(
        "d", (0.0 if first + ONE_DAY * at in days.known else nan for at in range(count))
    )
    usage: dict[Part, array[float]] = {}
    everything: dict[Part, array[float]] = {}
    region = ["region"] if with_regions else []
    of_usage = Q(charge_category=ChargeCategory.USAGE.value)
    sums = (
        rows.filter(day__gte=first)
        .order_by()
        .values("sub_account_id", "service", *region, "day")
        .annotate(amount=Sum("billed"), used=Sum("billed", filter=of_usage))
    )
    for row in sums.iterator(chunk_size=ROWS_AT_ONCE):
        part = (row["sub_account_id"], row["service"], row.get("region", ""))
        at = (row["day"] - first).days
        if not 0 <= at < count:
            continue  # a row without a total is not a day that was read
        _column(everything, part, blank)[at] += float(row["amount"])
        if row["used"] is not None:
            _column(usage, part, blank)[at] += float(row["used"])
    newest = last - ONE_DAY * UNSETTLED_DAYS
    unsettled = frozenset(day for day in days.estimated if day > newest)
    return Bill(currency, first, count, unsettled, usage, everything)


def _column(
    columns: dict[Part, "array[float]"], part: Part, blank: "array[float]"
) -> "array[float]":
    if part not in columns:
        columns[part] = blank[:]
    return columns[part]
