"""The summary page's answers about money: what is spent, and what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from core.windows import ONE_DAY, Window, first_of_month, utc_day
from costs.chart import by_moment, folded
from costs.queries.coverage import (
    Span,
    change_percent,
    is_comparable,
    missing_days,
    period_before,
)
from costs.queries.source import CostSource
from costs.queries.top_changes import TopChange, top_changes
from costs.queries.trend import Series, Trend, cost_trend
from dashboard.projection import Projection, forecast_month_end, projected_month_end
from insights.forecasts.month_end import MonthEnd
from providers.records import UNALLOCATED

PERIOD_DAYS = 30
CHART_SERIES = 7
# Two periods, and a month of 31 days with the one before it.
LOOK_BACK_DAYS = 62


@dataclass(frozen=True, slots=True)
class Figure:
    """What a period cost, beside the period it is compared with.

    `before` is None unless both are stored whole, for each account that has any of
    their days; `total` is None unless any of its own days is stored.
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
class Trust:
    """Whether the last days can be trusted; named as the API's summary names it."""

    days: int
    estimated_days: int
    unallocated: Decimal
    unreconciled_days: int
    missing_days: int

    @property
    def reconciled(self) -> bool:
        return not (self.unreconciled_days or self.missing_days)


@dataclass(frozen=True, slots=True)
class Spending:
    """What is spent, in one currency, up to the last day that is stored and over.

    The month's end is told by `ahead`, the forecasts, or else by `projection`, or not.
    """

    currency: str
    other_currencies: Sequence[str]
    last_days: Figure
    month_to_date: Figure | None
    ahead: MonthEnd | None
    projection: Projection | None
    trend: Trend
    top_changes: Sequence[TopChange]
    summary: Trust


def spending(
    now: datetime,
    user: AbstractBaseUser | AnonymousUser,
    account_names: Mapping[str, str],
    wanted: str | None = None,
) -> Spending | None:
    """What this user may see, up to the newest complete day; None without any.

    The newest complete day is the last stored one before today, so that a bill that
    arrives at noon is not shown as a fall in costs in the morning. Eleven queries.
    """
    source = CostSource.visible_to(user).before(utc_day(now))
    newest = source.bills().newest_day_per_currency()
    if not newest:
        return None
    currency = wanted if wanted in newest else next(iter(newest))
    source = source.in_currency(currency)
    end = newest[currency] + ONE_DAY
    trend = cost_trend(source, Window(end - ONE_DAY * LOOK_BACK_DAYS, end))
    last_days = Window(end - ONE_DAY * PERIOD_DAYS, end)
    month = _month_to_date(now, end)
    windows = [last_days, last_days.previous(), *(month or ())]
    spans = source.spans(*windows)
    missing = missing_days(spans, 0, last_days)
    stored = source.in_window(last_days).bills().stored_days()
    ahead = forecast_month_end(now, currency, user, per_day(trend))
    return Spending(
        currency=currency,
        other_currencies=[other for other in newest if other != currency],
        last_days=_figure(trend, spans, windows, 0),
        month_to_date=_figure(trend, spans, windows, 2) if month else None,
        ahead=None if missing else ahead,
        projection=None if missing or ahead else _projection(trend, now, end),
        trend=_part(trend, last_days),
        top_changes=top_changes(
            source, user, last_days, currency, spans, account_names
        ),
        summary=Trust(
            days=_days(trend, last_days),
            estimated_days=sum(day in last_days for day in trend.estimated),
            unallocated=_unallocated(trend, last_days),
            unreconciled_days=sum(day.unreconciled for day in stored.values()),
            missing_days=missing,
        ),
    )


def _month_to_date(now: datetime, end: date) -> tuple[Window, Window] | None:
    """This month so far, and the same days of the month before; None on its 1st.

    A shorter month before is compared as a whole.
    """
    start = first_of_month(utc_day(now))
    if end <= start:
        return None
    month = Window(start, end)
    return month, period_before(month)


def _projection(trend: Trend, now: datetime, end: date) -> Projection | None:
    """None where the newest stored day lies before this month and its eve."""
    if end < first_of_month(utc_day(now)):
        return None
    return projected_month_end(per_day(trend), end)


def per_day(trend: Trend) -> dict[date, Decimal]:
    """What each stored day cost in all."""
    return {row.day: row.total for row in by_moment(trend) if row.total is not None}


def _figure(
    trend: Trend, spans: Sequence[Span], windows: Sequence[Window], at: int
) -> Figure:
    """The figure of the window at `at`, beside the one behind it."""
    window, before = windows[at], windows[at + 1]
    is_whole = is_comparable(spans, windows, at, at + 1)
    return Figure(
        window,
        _total(trend, window),
        before,
        _total(trend, before) if is_whole else None,
    )


def _total(trend: Trend, window: Window) -> Decimal | None:
    """What the stored days of the window cost; None where none is."""
    if not _days(trend, window):
        return None
    return sum((_sum(series, window) for series in trend.series), Decimal(0))


def _days(trend: Trend, window: Window) -> int:
    """How many days of the window are stored."""
    return sum(
        point.day in window and point.amount is not None
        for series in trend.series[:1]
        for point in series.points
    )


def _unallocated(trend: Trend, window: Window) -> Decimal:
    named = (one for one in trend.series if one.key == UNALLOCATED)
    return sum((_sum(series, window) for series in named), Decimal(0))


def _part(trend: Trend, window: Window) -> Trend:
    """The trend within a window that lies in it, its smaller series as "Other"."""
    series = folded([_series(one, window) for one in trend.series], CHART_SERIES)
    estimated = frozenset(day for day in trend.estimated if day in window)
    return replace(
        trend,
        start=window.start,
        end=window.end,
        total=sum((one.total for one in series), Decimal(0)),
        estimated_from=min(estimated, default=None),
        estimated=estimated,
        series=series,
    )


def _series(series: Series, window: Window) -> Series:
    points = [point for point in series.points if point.day in window]
    return Series(series.key, _sum(series, window), points)


def _sum(series: Series, window: Window) -> Decimal:
    return sum(
        (point.amount or Decimal(0) for point in series.points if point.day in window),
        Decimal(0),
    )
