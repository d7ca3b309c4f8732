"""The summary page's answers: what is spent, what changed, and what runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from costs.chart import folded
from costs.models import CostTotal, DailyCost
from costs.summary import Summary, change_percent, cost_summary
from costs.trend import Series, Trend, cost_trend
from providers.windows import ONE_DAY, Window, add_months, first_of_month, utc_day

PERIOD_DAYS = 30
CHART_SERIES = 7
MOVERS = 6
# Two periods, or a month of 31 days and the one before it, and days not yet stored.
LOOK_BACK_DAYS = 70


@dataclass(frozen=True, slots=True)
class Figure:
    """What a period cost, beside the period it is compared with.

    `before` is None unless each of that period's days is stored, `total` unless any
    of its own is.
    """

    window: Window
    total: Decimal | None
    compared_with: Window
    before: Decimal | None

    @property
    def change(self) -> Decimal | None:
        if self.total is None or self.before is None:
            return None
        return self.total - self.before

    @property
    def change_percent(self) -> float | None:
        return change_percent(self.before, self.total)


@dataclass(frozen=True, slots=True)
class Mover:
    """A service and what its last 30 days cost, beside the 30 before."""

    service: str
    total: Decimal
    before: Decimal

    @property
    def change(self) -> Decimal:
        return self.total - self.before

    @property
    def change_percent(self) -> float | None:
        return change_percent(self.before, self.total)


@dataclass(frozen=True, slots=True)
class Spending:
    """What is spent, in one currency, up to the last day that is stored and over."""

    currency: str
    other_currencies: Sequence[str]
    last_days: Figure
    month_to_date: Figure | None
    trend: Trend
    movers: Sequence[Mover]
    summary: Summary


def spending(now: datetime, wanted: str | None = None) -> Spending | None:
    """Costs up to the newest complete day, or None without any. Seven queries.

    The newest complete day is the last stored one before today, so that a bill that
    arrives at noon is not shown as a fall in costs in the morning.
    """
    look_back = Window(utc_day(now) - ONE_DAY * LOOK_BACK_DAYS, utc_day(now))
    totals = CostTotal.objects.in_window(look_back)
    currencies = sorted(totals.order_by().values_list("currency", flat=True).distinct())
    if not currencies:
        return None
    currency = wanted if wanted and wanted in currencies else currencies[0]
    rows = DailyCost.objects.filter(currency=currency)
    totals = CostTotal.objects.filter(currency=currency)
    whole = cost_trend(rows, totals, look_back)
    end = _newest_day(whole) + ONE_DAY
    last_days = Window(end - ONE_DAY * PERIOD_DAYS, end)
    return Spending(
        currency=currency,
        other_currencies=[other for other in currencies if other != currency],
        last_days=_figure(whole, last_days, last_days.previous()),
        month_to_date=_month_to_date(whole, now, end),
        trend=_part(whole, last_days),
        movers=_movers(whole, last_days),
        summary=cost_summary(rows, totals, last_days),
    )


def _newest_day(trend: Trend) -> date:
    stored = (
        point.day
        for series in trend.series[:1]
        for point in series.points
        if point.amount is not None
    )
    return max(stored, default=trend.end - ONE_DAY)


def _month_to_date(trend: Trend, now: datetime, end: date) -> Figure | None:
    """This month so far, beside the same days of the month before; None on its 1st.

    A shorter month before is compared as a whole.
    """
    start = first_of_month(utc_day(now))
    if end <= start:
        return None
    before = add_months(start, -1)
    same_days = min(before + (end - start), start)
    return _figure(trend, Window(start, end), Window(before, same_days))


def _figure(trend: Trend, window: Window, compared_with: Window) -> Figure:
    total, _ = _total(trend, window)
    before, is_whole = _total(trend, compared_with)
    return Figure(window, total, compared_with, before if is_whole else None)


def _total(trend: Trend, window: Window) -> tuple[Decimal | None, bool]:
    """(what the stored days of the window cost, whether all of them are stored)."""
    amounts = [
        point.amount
        for series in trend.series
        for point in series.points
        if point.day in window
    ]
    known = [amount for amount in amounts if amount is not None]
    return (sum(known, Decimal(0)) if known else None), len(known) == len(amounts)


def _part(trend: Trend, window: Window) -> Trend:
    """The trend within a window that lies in it, its smaller series as "Other"."""
    series = folded([_series(one, window) for one in trend.series], CHART_SERIES)
    estimated_from = trend.estimated_from
    if estimated_from is not None:
        estimated_from = max(estimated_from, window.start)
    return replace(
        trend,
        start=window.start,
        end=window.end,
        total=sum((one.total for one in series), Decimal(0)),
        estimated_from=estimated_from,
        series=series,
    )


def _series(series: Series, window: Window) -> Series:
    points = [point for point in series.points if point.day in window]
    return Series(series.key, _sum(series, window), points)


def _movers(trend: Trend, window: Window) -> list[Mover]:
    """The services whose costs changed most, up or down."""
    before = window.previous()
    movers = [
        Mover(one.key, _sum(one, window), _sum(one, before)) for one in trend.series
    ]
    moved = [mover for mover in movers if abs(mover.change) >= Decimal("0.01")]
    return sorted(moved, key=lambda mover: -abs(mover.change))[:MOVERS]


def _sum(series: Series, window: Window) -> Decimal:
    return sum(
        (point.amount or Decimal(0) for point in series.points if point.day in window),
        Decimal(0),
    )
