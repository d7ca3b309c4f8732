"""Refresh forecasts: of every scope whose data changed, beside earlier ones."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from math import isfinite
from typing import Any

from django.conf import settings
from django.db import transaction

from clouds.models import CloudAccount
from core.windows import ONE_DAY
from insights.bill_records import Bill
from insights.bill_records import Scope as Part
from insights.forecasts.engine import forecast_records as records
from insights.forecasts.engine.forecast import forecast_many
from insights.forecasts.engine.forecast_records import (
    PATHS,
    Accuracy,
    DailySeries,
    Refusal,
)
from insights.forecasts.models import Scope
from insights.models import Budget, Forecast, ForecastPoint
from insights.refresh.refresh_state import METHOD

logger = logging.getLogger(__name__)

HORIZON_DAYS = 90
# The days by which the largest services are chosen.
RECENT_DAYS = 90
# A first forecast is also made as of so long ago, so that one can be compared with the
# bill.
REPLAYED_DAYS_AGO = 30
# Forecasts are stored for a month, then the first of each week for a year.
DAILY_DAYS, WEEKLY_DAYS = 30, 400
SIX_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Key:
    """A part of the costs of one account or of all."""

    scope: str
    key: str
    currency: str


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
    stored = {Key(row.scope, row.key, row.currency): row for row in newest}
    versions = {key: _version(series) for key, series in wanted.items()}
    changed = {
        key: series
        for key, series in wanted.items()
        if force or key not in stored or stored[key].data_version != versions[key]
    }
    replayed = {
        key: past
        for key, series in changed.items()
        if key not in stored and (past := _replayed(series))
    }
    made = forecast_many(changed, HORIZON_DAYS)
    earlier = forecast_many(replayed, HORIZON_DAYS)
    with transaction.atomic():
        # Those whose series is gone are hidden; their past stays.
        ended = [row.pk for key, row in stored.items() if key not in wanted]
        Forecast.objects.filter(pk__in=ended).update(is_newest=False)
        for key, one in earlier.items():
            _store(account, key, one, "", now, is_replayed=True)
        for key, one in made.items():
            _store(account, key, one, versions[key], now)
        _prune(account, now.date())
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


def _replayed(series: DailySeries) -> DailySeries | None:
    """Return the series without its last days; None where too little is left."""
    values = list(series.values)[:-REPLAYED_DAYS_AGO]
    known = sum(value is not None for value in values)
    return DailySeries(series.start, values) if known > REPLAYED_DAYS_AGO else None


def _store(
    account: CloudAccount | None,
    key: Key,
    made: records.Forecast | Refusal,
    version: str,
    now: datetime,
    *,
    is_replayed: bool = False,
) -> None:
    """Store one forecast; it replaces one with the same forecast date."""
    if isinstance(made, Refusal):
        logger.warning("no forecast of %s of %s: %s", key, account, made.reason)
        return
    which = {"account": account, **asdict(key)}
    same = Forecast.objects.filter(**which)
    same.filter(data_until=made.start).delete()
    if not is_replayed:
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
        **_accuracy(made.accuracy),
    )
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
