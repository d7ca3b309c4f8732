"""What costs did over time: series per key, whose sums are the total."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from core.money import ZERO
from core.refusals import Refusal
from core.windows import Window, add_months, first_of_month
from costs.groupings import BETWEEN_KEYS, TOTAL, columns_of, keys_of
from costs.queries.source import CostSource
from costs.queries.window_sums import window_sums
from costs.querysets import StoredDay

OTHER = "Other"
# (currency, key, day or first of month, amount)
Found = tuple[str, str | None, date, Decimal]


class SeveralCurrencies(Refusal, ValueError):
    """The rows hold several currencies, and amounts of two are never added."""

    field = "currency"

    def __init__(self, currencies: Sequence[str]) -> None:
        super().__init__(
            f"These costs are in {', '.join(currencies)}, which are never added. "
            f"Choose one, such as currency={currencies[0]}."
        )


class Point(NamedTuple):
    """What a day (or the month that starts on it) cost; None where it is not stored."""

    day: date
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Series:
    """One key's costs over the window, a point for every day or month of it.

    The key of two groupings holds both, which querysets.keys_of tells apart.
    """

    key: str
    total: Decimal
    points: Sequence[Point]

    @property
    def name(self) -> str:
        """The key as one text."""
        return " / ".join(keys_of(self.key))

    @property
    def keys(self) -> list[str]:
        """The key of each grouping; none of a sum of several keys."""
        return [] if self.key in (OTHER, TOTAL) else keys_of(self.key)


@dataclass(frozen=True, slots=True)
class Trend:
    """The series of a window, largest first; their totals sum to `total`."""

    start: date
    end: date
    currency: str | None
    metric: str
    granularity: str
    group_by: str
    total: Decimal | None
    estimated_from: date | None
    """Since when the cloud may still change what it answered, even where that is
    before the window."""
    estimated: frozenset[date]
    """The points that hold such a day."""
    periods: Mapping[date, bool]
    """The day of each point, the same in every series, and whether it is stored."""
    series: Sequence[Series]


def only_currency(currencies: Iterable[str]) -> str | None:
    """The one currency of these rows, None without rows. Raises SeveralCurrencies."""
    found = sorted(set(currencies))
    if len(found) > 1:
        raise SeveralCurrencies(found)
    return found[0] if found else None


def cost_trend(
    source: CostSource,
    window: Window,
    *,
    group_by: str = "service",
    metric: str = "billed",
    granularity: str = "daily",
    limit: int | None = None,
    largest: Sequence[str] | None = None,
) -> Trend:
    """Return the trend of the source's rows over the window.

    With `limit` the largest keys keep a series of their own and the rest is summed as
    "Other"; a caller that knows them already passes them as `largest`. Raises
    SeveralCurrencies. Two queries, and one each for the largest keys, for the others
    where rows answer and sums know the total, and for the currency where no row names
    it.
    """
    columns = columns_of(group_by)
    if largest is None and columns and limit is not None:
        largest = largest_keys_of(source, columns, metric, window, limit)
    of_days = source.in_window(window)
    months_of = [window] if granularity == "monthly" else []
    rows, all_of_day = of_days.by(*columns, months_of=months_of), of_days.by()
    if largest is not None and all_of_day.model is not rows.model:
        found = rows.of_keys(columns, largest).series(columns, metric, granularity)
        sums_of_all = all_of_day.series([], metric, granularity)
        currency, amounts = _with_others(found, sums_of_all)
    else:
        found = rows.series(columns, metric, granularity, largest)
        currency, amounts = _amounts(found)
    return trend_of(
        source,
        window,
        amounts,
        currency=currency or source.in_window(window).only_currency(),
        group_by=group_by,
        metric=metric,
        granularity=granularity,
    )


def largest_keys(totals: Mapping[str, Decimal], limit: int) -> list[str] | None:
    """Return the `limit` keys with the largest totals; None where there are no others.

    Equal ones in the order of their letters' numbers, whatever a database's is.
    """
    if len(totals) <= limit:
        return None
    return sorted(totals, key=lambda key: (-totals[key], key))[:limit]


def largest_keys_of(
    source: CostSource, columns: Sequence[str], metric: str, window: Window, limit: int
) -> list[str] | None:
    """Return the same of the source's costs in a window. One query, which finds them
    where blocks of days are summed."""
    if blocks := source.blocks(columns):
        found = window_sums(
            *blocks,
            columns,
            metric,
            [window],
            largest=limit + 1,
            is_covered=source.is_covered,
        )
        keys = [BETWEEN_KEYS.join(of_columns) for *of_columns, _ in found]
        return keys[:limit] if len(keys) > limit else None
    sums = source.window_sums(columns, metric, window)
    return largest_keys(
        {BETWEEN_KEYS.join(keys): total for *keys, total in sums}, limit
    )


def trend_of(
    source: CostSource,
    window: Window,
    amounts: Mapping[str, Mapping[date, Decimal]],
    *,
    currency: str | None,
    group_by: str,
    metric: str,
    granularity: str,
) -> Trend:
    """Return the trend of amounts that are known per key and period. One query."""
    if currency:
        source = source.in_currency(currency)
    # A bill is estimated by the month: it may be since before the window.
    since = add_months(first_of_month(window.start), -1)
    around = source.in_window(Window(since, window.end)).bills().stored_days()
    stored = {day: counts for day, counts in around.items() if day in window}
    estimated = [day for day, counts in stored.items() if counts.estimated]
    # A day with charges is there, though none has said yet what they sum to.
    known = {*stored, *chain.from_iterable(amounts.values())}
    periods = _periods(window, known, granularity)
    series = [_filled(key, found, periods) for key, found in amounts.items()]
    series.sort(key=lambda one: (one.key == OTHER, -one.total, one.key))
    return Trend(
        start=window.start,
        end=window.end,
        currency=currency,
        metric=metric,
        granularity=granularity,
        group_by=group_by,
        total=sum((one.total for one in series), ZERO) if known else None,
        estimated_from=_estimated_from(around, window),
        estimated=frozenset(
            estimated if granularity == "daily" else map(first_of_month, estimated)
        ),
        periods=periods,
        series=series,
    )


def _estimated_from(stored: Mapping[date, StoredDay], window: Window) -> date | None:
    """The first of the estimated days in a row that reach into the window, if any."""
    since = None
    for day, counts in stored.items():
        since = (since or day) if counts.estimated else None
        if since and day in window:
            return since
    return None


def _amounts(
    found: Iterable[Found],
) -> tuple[str | None, dict[str, dict[date, Decimal]]]:
    """The currency, and per key the amount of each period that has one."""
    found = list(found)
    currency = only_currency(currency for currency, *_ in found)
    amounts: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for _, key, period, amount in found:
        # A key may be called "Other" itself.
        of_key = amounts[OTHER if key is None else key]
        of_key[period] = of_key.get(period, ZERO) + amount
    return currency, amounts


def _with_others(
    found: Iterable[Found], sums_of_all: Iterable[Found]
) -> tuple[str | None, dict[str, dict[date, Decimal]]]:
    """The same of some keys, and of all others what they lack of the sums of all."""
    currency, amounts = _amounts(found)
    sums_of_all = list(sums_of_all)
    only_currency({*filter(None, [currency]), *(one for one, *_ in sums_of_all)})
    others = {period: amount for _, _, period, amount in sums_of_all}
    # A key may be called "Other" itself.
    amounts.pop(OTHER, None)
    for of_key in amounts.values():
        for period, amount in of_key.items():
            # A sync may have stored between the two questions.
            others[period] = others.get(period, ZERO) - amount
    return currency, {**amounts, OTHER: others}


def _periods(
    window: Window, stored: Collection[date], granularity: str
) -> dict[date, bool]:
    """Each day, or first of a month, of the window, and whether any of it is stored."""
    if granularity == "daily":
        return {day: day in stored for day in window.days()}
    months = {first_of_month(day) for day in stored}
    period, periods = first_of_month(window.start), {}
    while period < window.end:
        periods[period] = period in months
        period = add_months(period, 1)
    return periods


def _filled(
    key: str, amounts: Mapping[date, Decimal], periods: Mapping[date, bool]
) -> Series:
    """A point for every period: a stored day without a charge cost 0."""
    points = [
        Point(period, amounts.get(period, ZERO) if is_stored else None)
        for period, is_stored in periods.items()
    ]
    return Series(key, sum(amounts.values(), ZERO), points)
