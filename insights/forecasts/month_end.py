"""The forecast month-end cost, from the stored forecasts.

The interval is the sum of the days' intervals, as if the errors of all days had the
same sign. On real series they have, as a level that moved stays: of held-out months,
such sums covered about what they claim, and narrower ones covered less.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

from django.db.models import Q, Sum

from clouds.access import AnyUser
from clouds.labels import account_labels
from clouds.models import CloudAccount
from core.money import CENT, ZERO
from core.windows import Window, add_months, first_of_month, utc_day
from costs.models import DailyCost
from insights.forecasts.engine.forecast_records import PATHS
from insights.forecasts.models import Scope
from insights.models import Forecast, ForecastPoint

# Sums in one query; databases limit the number of columns.
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """The costs of a month: billed before `spent_until`, forecast from that day on.

    The forecasts begin where the bill may still change, so `spent` can be less than the
    month to date: `billed_since` is what is stored of the days that are forecast.
    """

    month: date
    currency: str
    spent: Decimal
    spent_until: date
    billed_since: Decimal
    mean: Decimal
    low_80: Decimal
    high_80: Decimal
    low_95: Decimal
    high_95: Decimal
    forecasts: Sequence[Forecast]
    missing: Sequence[str]
    """Labels of accounts that were billed this month and have no forecast."""

    @property
    def window(self) -> Window:
        return month_of(self.month)


def month_of(day: date) -> Window:
    return Window(first_of_month(day), add_months(day, 1))


def month_end(
    now: datetime,
    currency: str,
    user: AnyUser | None = None,
    clouds: Sequence[str] = (),
    accounts: Sequence[str] = (),
) -> MonthEnd | None:
    """Return the forecast month-end cost of the accounts that the user may see, or of
    those among them that are of these clouds or have these ids.

    None where no forecast reaches the end of the month. Four queries, and one more
    for the accounts that are missing in a sum of accounts, and one for their names.
    """
    newest = Forecast.objects.newest().filter(currency=currency)
    if user is not None:
        newest = newest.visible_to(user)
    newest = newest.select_related("account")
    if clouds or accounts:
        parts = newest.filter(scope=Scope.ACCOUNT)
        if clouds:
            parts = parts.filter(account__provider__in=clouds)
        if accounts:
            parts = parts.filter(key__in=accounts)
        return month_end_of(parts, now)
    whole = list(newest.filter(scope=Scope.TOTAL, account=None))
    if whole:
        return month_end_of(whole, now)
    found = month_end_of(newest.filter(scope=Scope.ACCOUNT), now)
    return found and replace(found, missing=_missing(found, user))


def _missing(found: MonthEnd, user: AnyUser | None) -> list[str]:
    rows = DailyCost.objects.counted().in_window(found.window)
    rows = rows.filter(currency=found.currency).exclude(sub_account_id="")
    if user is not None:
        rows = rows.visible_to(user)
    billed = rows.order_by().values_list("sub_account_id", flat=True).distinct()
    missing = {*billed} - {one.key for one in found.forecasts}
    if not missing:
        return []
    accounts = CloudAccount.objects.all()
    # A bill that the user sees may name accounts that they do not.
    labels = account_labels(accounts if user is None else accounts.visible_to(user))
    return sorted(labels.get(one, one) for one in missing)


def month_end_of(forecasts: Iterable[Forecast], now: datetime) -> MonthEnd | None:
    """Return the sum of scopes that do not overlap, in one currency."""
    parts = list(month_ends(forecasts, now).values())
    if not parts:
        return None
    return MonthEnd(
        month=parts[0].month,
        currency=parts[0].currency,
        spent=sum((part.spent for part in parts), ZERO),
        spent_until=min(part.spent_until for part in parts),
        billed_since=sum((part.billed_since for part in parts), ZERO),
        forecasts=[part.forecasts[0] for part in parts],
        missing=(),
        **{name: sum((getattr(part, name) for part in parts), ZERO) for name in PATHS},
    )


def month_ends(forecasts: Iterable[Forecast], now: datetime) -> dict[int, MonthEnd]:
    """Return the month of `now` by forecast key, of those that reach its end.

    Two queries for each fifty of them.
    """
    month = month_of(utc_day(now))
    rows = iter(forecasts)
    found: dict[int, MonthEnd] = {}
    while some := list(islice(rows, AT_ONCE)):
        ahead, billed = _ahead(some, month), _billed(some, month)
        for one in some:
            # Without days in the month: it begins later, or ends too soon.
            if one.pk in ahead or one.data_until >= month.end:
                amounts = ahead.get(one.pk, (ZERO,) * len(PATHS))
                found[one.pk] = _month_end(one, month, billed[one.pk], amounts)
    return found


def _month_end(
    one: Forecast,
    month: Window,
    billed: tuple[Decimal, Decimal],
    ahead: Sequence[Decimal],
) -> MonthEnd:
    spent, billed_since = billed
    bounds = zip(PATHS, ahead, strict=True)
    return MonthEnd(
        month=month.start,
        currency=one.currency,
        spent=spent.quantize(CENT),
        spent_until=_until(one, month),
        billed_since=billed_since.quantize(CENT),
        forecasts=[one],
        missing=(),
        **{name: (spent + amount).quantize(CENT) for name, amount in bounds},
    )


def _until(one: Forecast, month: Window) -> date:
    """Return the first forecast day within the month, or its end."""
    return min(max(one.data_until, month.start), month.end)


def _ahead(
    forecasts: Sequence[Forecast], month: Window
) -> dict[int, tuple[Decimal, ...]]:
    """Return each forecast's sums over the month's days, in the order of PATHS."""
    points = ForecastPoint.objects.filter(
        forecast__in=forecasts, day__gte=month.start, day__lt=month.end
    )
    sums = points.order_by().values_list("forecast")
    rows = sums.annotate(**{f"of_{name}": Sum(name) for name in PATHS})
    return {key: tuple(amounts) for key, *amounts in rows}


def _billed(
    forecasts: Sequence[Forecast], month: Window
) -> dict[int, tuple[Decimal, Decimal]]:
    """Return what each scope was billed before its forecast days, and since."""
    sums: dict[str, Sum] = {}
    for one in forecasts:
        before, of_scope = Q(day__lt=_until(one, month)), scope_of(one)
        sums[f"before_{one.pk}"] = Sum("billed", filter=of_scope & before, default=ZERO)
        sums[f"since_{one.pk}"] = Sum("billed", filter=of_scope & ~before, default=ZERO)
    found = DailyCost.objects.counted().in_window(month).aggregate(**sums)
    return {
        one.pk: (found[f"before_{one.pk}"], found[f"since_{one.pk}"])
        for one in forecasts
    }


def scope_of(forecast: Forecast) -> Q:
    """Return the condition of the costs that a forecast is of.

    "Other services" are those that have no forecast of their own now.
    """
    which = Q(currency=forecast.currency)
    if forecast.account_id:
        which &= Q(account=forecast.account_id)
    if forecast.scope == Scope.ACCOUNT:
        return which & Q(sub_account_id=forecast.key)
    if forecast.scope == Scope.SERVICE and forecast.key:
        return which & Q(service=forecast.key)
    if forecast.scope == Scope.SERVICE:
        own = Forecast.objects.newest().filter(
            account=forecast.account_id, scope=Scope.SERVICE, currency=forecast.currency
        )
        return which & ~Q(service__in=own.exclude(key="").values("key"))
    return which


def actual_days(forecast: Forecast, window: Window) -> dict[date, Decimal]:
    """Return the billed amount of each day with a charge. One query."""
    rows = DailyCost.objects.counted().in_window(window).filter(scope_of(forecast))
    days = rows.order_by().values_list("day")
    return dict(days.annotate(amount=Sum("billed")))
