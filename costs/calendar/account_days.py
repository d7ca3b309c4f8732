"""What is known of each account's bill on each day: read, estimated, missing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from django.db.models import Count, Max, Min, Q

from clouds.models import CloudAccount
from core.windows import ONE_DAY, Window, add_months, first_of_month, utc_day
from costs.models import CostTotal, CoveredDay
from syncs.datasets import Dataset, is_read_from


class DayState(StrEnum):
    """What is known of a day of an account's bill, what needs attention first."""

    MISSING = "missing"
    READ = "read"
    ESTIMATED = "estimated"
    RECONCILED = "reconciled"
    COVERED = "covered"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    DayState.MISSING: "missing",
    DayState.READ: "read, differs from the bill",
    DayState.ESTIMATED: "estimated",
    DayState.RECONCILED: "reconciled",
    DayState.COVERED: "on another account's bill",
}
# Of a day's height, so that states differ by more than color.
HEIGHTS = {
    DayState.MISSING: 1.0,
    DayState.READ: 1.0,
    DayState.ESTIMATED: 0.4,
    DayState.RECONCILED: 0.7,
    DayState.COVERED: 0.2,
}


class Strip(NamedTuple):
    """One month of an account: its first day, and the path of the days of a state."""

    month: date
    paths: Sequence[tuple[DayState, str]]
    length: int


@dataclass(frozen=True, slots=True)
class AccountDays:
    """The state of each day of the window that is expected or stored."""

    account: CloudAccount
    window: Window
    states: Mapping[date, DayState]

    @property
    def counts(self) -> dict[DayState, int]:
        """How many days are in each state that there is."""
        found = list(self.states.values())
        return {state: found.count(state) for state in DayState if state in found}

    @property
    def missing(self) -> list[Window]:
        """The days to read again, without a gap each."""
        return [part for state, part in self.runs() if state == DayState.MISSING]

    def runs(self) -> Iterator[tuple[DayState | None, Window]]:
        """Yield each state with the days on end that have it; None: not expected."""
        for state, days in groupby(self.window.days(), self.states.get):
            first, *rest = days
            yield state, Window(first, (rest[-1] if rest else first) + ONE_DAY)

    @property
    def strips(self) -> list[Strip]:
        return [self._strip(month) for month in months_of(self.window)]

    def _strip(self, month: Window) -> Strip:
        paths: dict[DayState, str] = defaultdict(str)
        for state, part in self.runs():
            start, end = max(part.start, month.start), min(part.end, month.end)
            if state is None or start >= end:
                continue
            x, width = (start - month.start).days, (end - start).days
            height = HEIGHTS[state]
            paths[state] += f"M{x} {1 - height:g}h{width}v{height:g}h-{width}z"
        return Strip(month.start, sorted(paths.items()), len(month))

    @property
    def cells(self) -> list[tuple[date, DayState | None]]:
        return [(day, self.states.get(day)) for day in self.window.days()]


def months_of(window: Window) -> list[Window]:
    """Return the calendar months that the window touches."""
    found, month = [], first_of_month(window.start)
    while month < window.end:
        found.append(Window(month, add_months(month, 1)))
        month = found[-1].end
    return found


def account_days(
    accounts: Sequence[CloudAccount], window: Window, now: datetime
) -> list[AccountDays]:
    """Return the days of these accounts. Three queries."""
    stored, ends = _stored(accounts, window), _ends(accounts)
    covered = _covered(accounts, window)
    found = []
    for one in accounts:
        expected = _expected(one, ends.get(one.pk), now)
        states = {
            day: DayState.MISSING
            for day in window.days()
            if expected and day in expected
        }
        states |= stored[one.pk] | dict.fromkeys(
            covered[one.account_id], DayState.COVERED
        )
        found.append(AccountDays(one, window, states))
    return found


def _stored(
    accounts: Iterable[CloudAccount], window: Window
) -> dict[int, dict[date, DayState]]:
    """Return the state of each day that is stored; of several currencies the worst."""
    totals = CostTotal.objects.filter(account__in=accounts).in_window(window)
    counted = (
        totals.order_by()
        .values_list("account", "day")
        .annotate(
            estimated=Count("id", filter=Q(is_estimated=True)),
            unreconciled=Count("id", filter=Q(is_reconciled=False)),
        )
    )
    found: dict[int, dict[date, DayState]] = defaultdict(dict)
    for account, day, estimated, unreconciled in counted:
        state = DayState.ESTIMATED if estimated else DayState.RECONCILED
        found[account][day] = DayState.READ if unreconciled else state
    return found


def _ends(accounts: Iterable[CloudAccount]) -> dict[int, tuple[date, date]]:
    """Return the first and the last stored day of each account."""
    totals = CostTotal.objects.filter(account__in=accounts).order_by()
    ends = totals.values_list("account").annotate(first=Min("day"), last=Max("day"))
    return {account: (first, last) for account, first, last in ends}


def _covered(accounts: Iterable[CloudAccount], window: Window) -> dict[str, list[date]]:
    """Return the days of each account, by its id, that another one's bill has."""
    ids = [one.account_id for one in accounts]
    days = CoveredDay.objects.filter(
        sub_account_id__in=ids, day__gte=window.start, day__lt=window.end
    )
    found = defaultdict(list)
    for account_id, day in days.order_by().values_list("sub_account_id", "day"):
        found[account_id].append(day)
    return found


def _expected(
    account: CloudAccount, ends: tuple[date, date] | None, now: datetime
) -> Window | None:
    """Return from its first stored day to its last, or to the day before yesterday,
    as yesterday's bill may not be there yet, while its own bill is read."""
    if ends is None:
        return None
    first, last = ends
    end = last + ONE_DAY
    if account.is_enabled and is_read_from(account, Dataset.COST):
        end = max(end, utc_day(now) - ONE_DAY)
    return Window(first, end)
