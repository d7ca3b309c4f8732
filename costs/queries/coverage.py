"""Which days each account's bill is stored for, what may be compared, and how."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from core.windows import ONE_DAY, Window, add_months, first_of_month


class Span(NamedTuple):
    """One account's stored days: the first, the last, and how many in each window.

    `is_current` tells whether more are expected.
    """

    account: int
    is_current: bool
    first: date
    last: date
    days: tuple[int, ...]


Cover = tuple[date | None, date | None]
"""The nearest days before and after on which another bill covers an account."""


class History(NamedTuple):
    """A BillSpan, and whether more of its days are expected."""

    pk: int
    account_id: int
    currency: str
    first_day: date
    last_day: date
    days: int
    is_current: bool


class TagHistory(NamedTuple):
    """A TagSpan."""

    account_id: int
    currency: str
    tag_key: str
    first_day: date
    last_day: date
    days: int


def period_before(window: Window) -> Window:
    """What a window is compared with: months with months, else as many days before.

    Whole months are compared with as many months before them, and the first days of a
    month with the same days of the month before, or all of it where it is shorter.
    """
    start, end = window.start, window.end
    if start != first_of_month(start):
        return window.previous()
    if end == first_of_month(end):
        months = (end.year - start.year) * 12 + end.month - start.month
        return Window(add_months(start, -months), start)
    if end < add_months(start, 1):
        before = add_months(start, -1)
        return Window(before, min(before + (end - start), start))
    return window.previous()


def year_before(window: Window) -> Window:
    """The same days of the year before; of 29 February the 28th."""
    start = _year_before(window.start)
    return Window(start, max(_year_before(window.end), start + ONE_DAY))


def _year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


# What a window can be compared with, by name.
COMPARISONS = {"previous": period_before, "year_ago": year_before}


def missing_days(spans: Sequence[Span], at: int, window: Window) -> int:
    """Days of the window, the one counted at `at`, that some account's history lacks.

    An account's history runs from its first stored day to the newest day that any
    account has whose bill goes on: one that fell behind makes the sum too low. Any
    other one, as of a disabled account or of one that a payer's bill covers, ends with
    its own last day.
    """
    newest = max((span.last for span in spans if span.is_current), default=None)
    missing = 0
    for span in spans:
        last = newest if newest and span.is_current else span.last
        expected = min(window.end, last + ONE_DAY) - max(window.start, span.first)
        missing += max(0, expected.days - span.days[at])
    return missing


def incomplete_windows(
    spans: Sequence[Span], windows: Sequence[Window], *places: int
) -> list[Window]:
    """The windows at these places that some account lacks days of; empty: comparable.

    Each account counts that has any of their days: one that was connected in between,
    or that fell behind, would show as a change of costs that nobody had.
    """
    concerned = [span for span in spans if any(span.days[at] for at in places)]
    return [
        windows[at]
        for at in places
        if not concerned or any(span.days[at] < len(windows[at]) for span in concerned)
    ]


def change_percent(before: Decimal | None, now: Decimal | None) -> float | None:
    """The change in percent of the former; None where it is unknown, 0 or negative."""
    if before is None or now is None or before <= 0:
        return None
    return round(float((now - before) / before * 100), 2)


@dataclass(frozen=True, slots=True)
class Compared:
    """What a period cost, beside the one before it; both are known."""

    total: Decimal
    before: Decimal

    @property
    def change(self) -> Decimal:
        return self.total - self.before

    @property
    def change_percent(self) -> float | None:
        return change_percent(self.before, self.total)


def whole_histories(
    histories: Mapping[int, Sequence[History]],
) -> dict[int, History]:
    """Return those of one currency, with every day from the first to the last."""
    return {
        account: parts[0]
        for account, parts in histories.items()
        if len(parts) == 1 and _is_whole(*parts)
    }


def read_by_tag(
    histories: Mapping[int, History],
    key: str,
    tag_histories: Iterable[tuple[Any, ...]],
) -> dict[int, History | None]:
    """Return what of whole histories is read by a tag key, if that is whole too; None
    of those of which nothing is.

    `tag_histories` are as TagHistory, by this key and by none: what costs nothing.
    """
    read = {one[:3]: TagHistory(*one) for one in tag_histories}
    found: dict[int, History | None] = {}
    for account, history in histories.items():
        by_key = read.get((account, history.currency, key))
        if by_key is None and (account, history.currency, "") not in read:
            found[account] = None
        elif by_key and _is_whole(by_key):
            found[account] = history._replace(
                first_day=by_key.first_day, last_day=by_key.last_day
            )
    return found


def _is_whole(history: History | TagHistory) -> bool:
    return history.days == (history.last_day - history.first_day).days + 1


def with_covered(
    days: Sequence[int], covers: Sequence[Cover], windows: Sequence[Window]
) -> tuple[int, ...]:
    """Add the days of each window before and after, on which another bill goes on."""
    if not covers:
        return tuple(days)
    ends = [(date.min, until) for until, _ in covers if until]
    ends += [(since, date.max) for _, since in covers if since]
    return tuple(
        min(len(window), own + sum(overlap(*end, window) for end in ends))
        for own, window in zip(days, windows, strict=True)
    )


def overlap(first: date, last: date, window: Window) -> int:
    """How many days of the window lie between these, both included."""
    inside = min(window.end - ONE_DAY, last) - max(window.start, first)
    return max(0, inside.days + 1)
