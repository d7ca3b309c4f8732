"""Refresh forecasts: of every scope whose data changed, beside earlier ones."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from math import isfinite
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from clouds.models import CloudAccount
from clouds.versions import bump_version
from core.windows import ONE_DAY, Window
from insights.bill_records import Bill
from insights.bill_records import Scope as Part
from insights.forecasts.engine import forecast_records as records
from insights.forecasts.engine.forecast import forecast_many
from insights.forecasts.engine.forecast_records import (
    PATHS,
    Accuracy,
    DailySeries,
    NoForecast,
)
from insights.forecasts.engine.widening import half_width, widened
from insights.forecasts.models import Scope
from insights.forecasts.month_end_misses import (
    ComparedMonth,
    MeasuredMisses,
    compare_month,
    ended_months,
    forecast_of_month,
    known_amounts,
    same_day,
)
from insights.models import Budget, Forecast, ForecastPoint, MonthEndMiss
from insights.refresh.refresh_state import METHOD
from insights.refresh.refresh_state import Part as RefreshPart

logger = logging.getLogger(__name__)

HORIZON_DAYS = 90
# The days by which the largest services are chosen.
RECENT_DAYS = 90
# Of so many months, whose ends are known, a forecast is made afterwards where none was
# made then, so that its misses can be measured. Services are many.
REPLAYED_MONTHS = {Scope.TOTAL: 6, Scope.ACCOUNT: 6, Scope.SERVICE: 3}
# With less history than that nothing is worth replaying.
LEAST_HISTORY_DAYS = 30
# Forecasts are stored for a month, then the first of each week for a year.
DAILY_DAYS, WEEKLY_DAYS = 30, 400
POINTS_AT_ONCE = 5000
# Less widening than a hundredth is not worth a word.
NOTICED = 1.01
SIX_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Key:
    """A part of the costs of one account or of all."""

    scope: Scope
    key: str
    currency: str

    @property
    def is_comparable(self) -> bool:
        """Whether earlier forecasts are of the same costs: other services are not."""
        return self.scope != Scope.SERVICE or bool(self.key)


def refresh_forecasts(
    account: CloudAccount | None,
    bills: Iterable[Bill],
    now: datetime,
    *,
    force: bool = False,
) -> int:
    """Make the forecasts whose data changed, or all if forced; return how many.

    A bill that has ended has no forecast.
    """
    wanted: dict[Key, DailySeries] = {}
    for bill in bills:
        if bill.is_current:
            wanted |= series_of(account, bill)
    newest = Forecast.objects.newest().filter(account=account)
    stored = {Key(Scope(row.scope), row.key, row.currency): row for row in newest}
    versions = {key: _version(series) for key, series in wanted.items()}
    changed = {
        key: series
        for key, series in wanted.items()
        if force or key not in stored or stored[key].data_version != versions[key]
    }
    made = forecast_many(changed, HORIZON_DAYS)
    earlier = forecast_many(_to_replay(account, changed, made), HORIZON_DAYS)
    with transaction.atomic():
        # Those whose series is gone are hidden; their past stays.
        ended = [row.pk for key, row in stored.items() if key not in wanted]
        Forecast.objects.filter(pk__in=ended).update(is_newest=False)
        for (key, _), one in earlier.items():
            _store(account, key, one, "", now, is_replayed=True)
        measured = _measured(account, changed, made)
        for key, one in made.items():
            _store(account, key, one, versions[key], now, misses=measured.get(key))
        _prune(account, now.date())
        if made or ended:
            bump_version(account, RefreshPart.FORECASTS)
    return len(made)


def series_of(account: CloudAccount | None, bill: Bill) -> dict[Key, DailySeries]:
    """Return the series to forecast: of the whole, each account, and services.

    The largest services and those with a budget have their own; the rest is one.
    """
    groups: dict[Key, list[Part]] = defaultdict(list)
    named = _largest_services(bill) | _budgeted_services(account, bill.currency)
    subs = {part.account for part in bill.charges}
    for part in bill.charges:
        if account is None or len(subs) > 1:
            groups[Key(Scope.TOTAL, "", bill.currency)].append(part)
        if account is not None:
            groups[Key(Scope.ACCOUNT, part.account, bill.currency)].append(part)
        name = part.service if part.service in named else ""
        groups[Key(Scope.SERVICE, name, bill.currency)].append(part)
    return {
        key: DailySeries(bill.first_day, bill.settled(bill.summed(parts)))
        for key, parts in groups.items()
    }


def _largest_services(bill: Bill) -> set[str]:
    sums: dict[str, float] = defaultdict(float)
    for part, values in bill.charges.items():
        recent = values[-RECENT_DAYS:]
        sums[part.service] += sum(abs(value) for value in recent if value == value)
    ordered = sorted(sums, key=lambda service: (-sums[service], service))
    return set(ordered[: settings.FORECAST_SERVICES])


def _budgeted_services(account: CloudAccount | None, currency: str) -> set[str]:
    budgets = Budget.objects.filter(account=account, currency=currency)
    of_services = budgets.filter(scope=Budget.Scope.SERVICE)
    return set(of_services.values_list("key", flat=True))


def _version(series: DailySeries) -> str:
    text = repr((METHOD, HORIZON_DAYS, series.start, list(series.values)))
    return sha256(text.encode()).hexdigest()


def _to_replay(
    account: CloudAccount | None,
    wanted: Mapping[Key, DailySeries],
    made: Mapping[Key, records.Forecast | NoForecast],
) -> dict[tuple[Key, date], DailySeries]:
    """Return each series as it was in the ended months without a forecast then."""
    rows = _earlier(account)
    found: dict[tuple[Key, date], DailySeries] = {}
    for key, series in wanted.items():
        one = made[key]
        if isinstance(one, NoForecast) or not key.is_comparable:
            continue
        months = ended_months(known_amounts(series))[: REPLAYED_MONTHS[key.scope]]
        for month in months:
            if forecast_of_month(rows[key], month, one.start.day) is None:
                then = same_day(month, one.start.day)
                if past := _until(series, then):
                    found[key, then] = past
    return found


def _until(series: DailySeries, day: date) -> DailySeries | None:
    """Return the series without the days from that one; None where little is left."""
    values = list(series.values)[: max((day - series.start).days, 0)]
    known = sum(value is not None and value == value for value in values)
    return DailySeries(series.start, values) if known > LEAST_HISTORY_DAYS else None


def _earlier(account: CloudAccount | None) -> dict[Key, list[Forecast]]:
    """Return the stored forecasts of each scope. One query."""
    found: dict[Key, list[Forecast]] = defaultdict(list)
    for row in Forecast.objects.filter(account=account):
        found[Key(Scope(row.scope), row.key, row.currency)].append(row)
    return found


def _measured(
    account: CloudAccount | None,
    wanted: Mapping[Key, DailySeries],
    made: Mapping[Key, records.Forecast | NoForecast],
) -> dict[Key, MeasuredMisses]:
    """Compare one earlier forecast of each ended month with the bill. Two queries."""
    rows = _earlier(account)
    chosen: list[tuple[Key, Window, Forecast]] = []
    amounts = {key: known_amounts(series) for key, series in wanted.items()}
    for key, one in made.items():
        if isinstance(one, records.Forecast) and key.is_comparable:
            for month in ended_months(amounts[key]):
                if row := forecast_of_month(rows[key], month, one.start.day):
                    chosen.append((key, month, row))
    points: dict[int, list[ForecastPoint]] = defaultdict(list)
    of_rows = ForecastPoint.objects.filter(
        forecast__in=[row for *_, row in chosen],
        day__month=F("forecast__data_until__month"),  # no later day is compared
    )
    for point in of_rows.order_by("day").iterator(chunk_size=POINTS_AT_ONCE):
        points[point.forecast_id].append(point)
    months: dict[Key, list[ComparedMonth]] = defaultdict(list)
    for key, month, row in chosen:
        if days := points[row.pk]:
            months[key].append(compare_month(row, month, days, amounts[key]))
    return {key: MeasuredMisses(found) for key, found in months.items()}


def _store(
    account: CloudAccount | None,
    key: Key,
    made: records.Forecast | NoForecast,
    version: str,
    now: datetime,
    *,
    is_replayed: bool = False,
    misses: MeasuredMisses | None = None,
) -> None:
    """Store one forecast; it replaces one with the same forecast date."""
    if isinstance(made, NoForecast):
        logger.warning("no forecast of %s of %s: %s", key, account, made.reason)
        return
    which = {"account": account, **asdict(key)}
    same = Forecast.objects.filter(**which)
    same.filter(data_until=made.start).delete()
    misses = misses or MeasuredMisses()
    made, widened_to_percent = _widened(made, misses)
    if not is_replayed:
        MonthEndMiss.objects.filter(forecast__in=same.filter(is_newest=True)).delete()
        same.filter(is_newest=True).update(is_newest=False)
    row = Forecast.objects.create(
        **which,
        made_at=now,
        data_until=made.start,
        horizon=len(made.mean),
        model=made.model[:300],
        note=made.note,
        is_newest=not is_replayed,
        is_replayed=is_replayed,
        data_version=version,
        widened_to_percent=widened_to_percent,
        **_accuracy(made.accuracy),
    )
    for month in misses.months:
        month.miss.forecast = row
    MonthEndMiss.objects.bulk_create(month.miss for month in misses.months)
    days = zip(*(getattr(made, path) for path in PATHS), strict=True)
    ForecastPoint.objects.bulk_create(
        [
            ForecastPoint(
                forecast=row,
                day=made.start + ONE_DAY * at,
                **dict(zip(PATHS, map(_amount, amounts), strict=True)),
            )
            for at, amounts in enumerate(days)
        ],
        batch_size=500,
    )


def _widened(
    made: records.Forecast, misses: MeasuredMisses
) -> tuple[records.Forecast, float | None]:
    """Return it no narrower than the misses, and to what percent that made it."""
    reach = misses.reach(0.8)
    wider = widened(made, reach, misses.reach(0.95))
    percent = round(reach * 100, 2)
    is_wider = half_width(wider) > half_width(made) * NOTICED
    return wider, percent if is_wider and percent else None


def _amount(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(SIX_PLACES)


def _accuracy(accuracy: Accuracy | None) -> dict[str, Any]:
    """Return the columns of the backtest; none where there is none."""
    names = ("mase", "naive_mase", "smape", "coverage_80", "coverage_95", "folds")
    figures = {name: getattr(accuracy, name, None) for name in names}
    # Databases store no infinite error of a series that never changes.
    return {
        name: figure
        for name, figure in figures.items()
        if figure is not None and isfinite(figure)
    }


def _prune(account: CloudAccount | None, today: date) -> None:
    """Delete old forecasts, but for the first of each week of a year."""
    old = Forecast.objects.filter(account=account, is_newest=False)
    old.filter(data_until__lt=today - timedelta(days=WEEKLY_DAYS)).delete()
    weeks: set[tuple[object, ...]] = set()
    dropped = []
    rows = old.filter(data_until__lt=today - timedelta(days=DAILY_DAYS))
    columns = ("pk", "scope", "key", "currency", "data_until")
    for pk, *key, day in rows.order_by("data_until").values_list(*columns):
        week = (*key, day.isocalendar()[:2])
        if week in weeks:
            dropped.append(pk)
        weeks.add(week)
    Forecast.objects.filter(pk__in=dropped).delete()
