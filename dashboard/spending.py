"""What the home page says about money: what is spent, and what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from clouds.access import AnyUser
from core.windows import (
    ONE_DAY,
    Window,
    first_of_month,
    last_complete_days,
    utc_day,
)
from costs.chart import by_period, folded
from costs.growth.still_expected import StillExpected, still_expected
from costs.queries.coverage import (
    Span,
    change_percent,
    incomplete_windows,
    missing_days,
    period_before,
)
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.table import Line
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
    """Costs of a period beside those of an earlier one.

    `total` is None unless any of its days is stored, `before` unless both periods are
    stored completely, for each account that has any of their days.
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
class Reconciliation:
    """Whether the last days sum to the bill; fields named as in the API's summary."""

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
    """Costs in one currency; month-end cost by a forecast, else a projection."""

    source: CostSource
    filters: Mapping[str, Sequence[str]]
    """Those of a CostQuery: what of all that the user sees it is about."""
    currency: str
    other_currencies: Sequence[str]
    last_days: Figure
    month_to_date: Figure | None
    forecast: MonthEnd | None
    projection: Projection | None
    amounts: Mapping[date, Decimal]
    """What each stored day cost in all, up to the newest complete one."""
    trend: Trend
    services: Sequence[Line]
    """Of the last days, beside the period before; the largest first."""
    summary: Reconciliation
    still_expected: StillExpected
    """What the newest of the last days will still grow by."""
    spans: Sequence[Span]
    user: AnyUser
    account_names: Mapping[str, str]

    @property
    def month_expected(self) -> StillExpected:
        """Return what the month to date will still grow by."""
        if self.month_to_date is None:
            return StillExpected()
        return self.still_expected.within(self.month_to_date.window)

    @property
    def expected(self) -> Decimal | None:
        """What the month will have cost, as far as it can be told."""
        if self.forecast:
            return self.forecast.mean
        return self.projection.total if self.projection else None

    @property
    def top_changes(self) -> Sequence[TopChange]:
        """Return the largest changes since the days before. One query, or two."""
        return top_changes(
            self.source,
            self.user,
            self.last_days.window,
            self.currency,
            self.spans,
            self.account_names,
            self.filters,
        )


def spending(
    now: datetime,
    user: AnyUser,
    account_names: Mapping[str, str],
    currency: str | None = None,
    filters: Mapping[str, Sequence[str]] | None = None,
) -> Spending | None:
    """Return what this user may see up to the newest complete day; None without any.

    `filters`, of a CostQuery, leave out some of it.

    The newest complete day is the last stored one before today, so that a bill that
    arrives at noon is not shown as a fall in costs in the morning. Eleven queries,
    and another one where recent days grow.
    """
    query = CostQuery(last_complete_days(PERIOD_DAYS, now))
    query = replace(query, filters={**query.filters, **(filters or {})})
    source = CostSource.visible_to(user).filtered(query, user).before(utc_day(now))
    newest = source.newest_days()
    if not newest:
        return None
    if currency not in newest:
        currency = next(iter(newest))
    source = source.in_currency(currency)
    end = newest[currency] + ONE_DAY
    trend = cost_trend(source, Window(end - ONE_DAY * LOOK_BACK_DAYS, end))
    amounts = {row.day: row.total for row in by_period(trend) if row.total is not None}
    last_days = Window(end - ONE_DAY * PERIOD_DAYS, end)
    windows = [last_days, last_days.previous()]
    month_start = first_of_month(utc_day(now))
    if end > month_start:
        # A shorter month before is compared as a whole.
        month = Window(month_start, end)
        windows += [month, period_before(month)]
    spans = source.spans(*windows)
    figures = [_figure(amounts, spans, windows, at) for at in range(0, len(windows), 2)]
    missing = missing_days(spans, 0, last_days)
    stored = source.in_window(last_days).bills().stored_days()
    forecast = projection = None
    if not missing:
        forecast = forecast_month_end(now, currency, user, amounts, query.filters)
        # Costs that end before this month and its eve project nothing.
        if not forecast and end >= month_start:
            projection = projected_month_end(amounts, end)
    return Spending(
        source=source,
        filters=query.filters,
        currency=currency,
        other_currencies=[other for other in newest if other != currency],
        last_days=figures[0],
        month_to_date=figures[1] if len(figures) > 1 else None,
        forecast=forecast,
        projection=projection,
        amounts=amounts,
        trend=_within(trend, last_days),
        services=_services(trend.series, figures[0]),
        summary=Reconciliation(
            days=sum(day in last_days for day in amounts),
            estimated_days=sum(day in last_days for day in trend.estimated),
            unallocated=sum(
                (
                    _part(one, last_days).total
                    for one in trend.series
                    if one.key == UNALLOCATED
                ),
                Decimal(0),
            ),
            unreconciled_days=sum(day.unreconciled for day in stored.values()),
            missing_days=missing,
        ),
        still_expected=still_expected(source, spans, last_days),
        spans=spans,
        user=user,
        account_names=account_names,
    )


def _figure(
    amounts: Mapping[date, Decimal],
    spans: Sequence[Span],
    windows: Sequence[Window],
    at: int,
) -> Figure:
    """Return the figure of the window at `at`, beside the one after it."""
    window, before = windows[at : at + 2]
    is_whole = not incomplete_windows(spans, windows, at, at + 1)
    return Figure(
        window,
        _total(amounts, window),
        before,
        _total(amounts, before) if is_whole else None,
    )


def _services(found: Sequence[Series], figure: Figure) -> list[Line]:
    """Return what each service cost in the figure's window, and in the one before."""
    lines = []
    for series in found:
        total = _part(series, figure.window).total
        before = _part(series, figure.compared_with).total
        known = None if figure.before is None else before
        if total:
            lines.append(Line(series.key, series.key, total, None, known))
    return sorted(lines, key=lambda line: (-line.total, line.label))


def _total(amounts: Mapping[date, Decimal], window: Window) -> Decimal | None:
    stored = [amounts[day] for day in window.days() if day in amounts]
    return sum(stored, Decimal(0)) if stored else None


def _within(trend: Trend, window: Window) -> Trend:
    """Return the part of a trend within a window, its smaller series as "Other"."""
    series = folded([_part(one, window) for one in trend.series], CHART_SERIES)
    estimated = frozenset(day for day in trend.estimated if day in window)
    return replace(
        trend,
        start=window.start,
        end=window.end,
        total=sum((one.total for one in series), Decimal(0)),
        estimated_from=min(estimated, default=None),
        estimated=estimated,
        periods={day: trend.periods[day] for day in window.days()},
        series=series,
    )


def _part(series: Series, window: Window) -> Series:
    points = [point for point in series.points if point.day in window]
    total = sum((point.amount or Decimal(0) for point in points), Decimal(0))
    return Series(series.key, total, points)
