"""What a calendar month will have cost in the end, from the stored forecasts.

The interval is the sum of the days' intervals: as if every day were off to the same
side. On real series that is what happens, as a level that moved stays: of months that
were held out, sums of such bounds held about what they say, and narrower ones, by how
alike the days of past forecasts were off, held less.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, Sum

from costs.models import DailyCost
from insights.models import Forecast, ForecastPoint
from insights.models.forecasts import Scope
from providers.windows import Window, add_months, first_of_month, utc_day

ZERO = Decimal(0)
CENT = Decimal("0.01")
# Sums in one query; a database takes no number of columns.
AT_ONCE = 100
BOUNDS = ("mean", "low_80", "high_80", "low_95", "high_95")


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """What was billed of a month, and what the whole of it will be.

    `spent` is of the days before `spent_until`; the others are forecast.
    """

    month: date
    currency: str
    spent: Decimal
    spent_until: date
    mean: Decimal
    low_80: Decimal
    high_80: Decimal
    low_95: Decimal
    high_95: Decimal
    forecasts: Sequence[Forecast]
    lacking: Sequence[str]
    """Accounts, by id, that were billed this month and have no forecast: not in it."""

    @property
    def window(self) -> Window:
        return month_of(self.month)


def month_of(day: date) -> Window:
    """The calendar month that holds the day."""
    return Window(first_of_month(day), add_months(day, 1))


def month_end(
    now: datetime, currency: str, user: AbstractBaseUser | AnonymousUser | None = None
) -> MonthEnd | None:
    """This month's costs of all accounts, or of those that the user may see.

    None where no forecast reaches the end of the month. Four queries, and one more
    for the accounts that are missing in a sum of accounts.
    """
    newest = Forecast.objects.newest().filter(currency=currency)
    if user is not None:
        newest = newest.seen_by(user)
    newest = newest.select_related("account")
    whole = list(newest.filter(scope=Scope.TOTAL, account=None))
    if whole:
        return month_end_of(whole, now)
    found = month_end_of(newest.filter(scope=Scope.ACCOUNT), now)
    return found and replace(found, lacking=_lacking(found, user))


def _lacking(
    found: MonthEnd, user: AbstractBaseUser | AnonymousUser | None
) -> list[str]:
    rows = DailyCost.objects.counted().in_window(found.window)
    rows = rows.filter(currency=found.currency).exclude(sub_account_id="")
    if user is not None:
        rows = rows.seen_by(user)
    billed = rows.order_by().values_list("sub_account_id", flat=True).distinct()
    return sorted({*billed} - {one.key for one in found.forecasts})


def month_end_of(forecasts: Iterable[Forecast], now: datetime) -> MonthEnd | None:
    """The month of `now` over scopes that don't overlap, in one currency."""
    parts = list(month_ends(forecasts, now).values())
    if not parts:
        return None
    return MonthEnd(
        month=parts[0].month,
        currency=parts[0].currency,
        spent=sum((part.spent for part in parts), ZERO),
        spent_until=min(part.spent_until for part in parts),
        forecasts=[part.forecasts[0] for part in parts],
        lacking=(),
        **{name: sum((getattr(part, name) for part in parts), ZERO) for name in BOUNDS},
    )


def month_ends(forecasts: Iterable[Forecast], now: datetime) -> dict[int, MonthEnd]:
    """The month of `now` of each forecast that reaches its end, by the forecast's key.

    Two queries for each hundred of them.
    """
    month = month_of(utc_day(now))
    found: dict[int, MonthEnd] = {}
    for some in batched(forecasts, AT_ONCE):
        ahead, spent = _ahead(some, month), _spent(some, month)
        for one in some:
            amounts = ahead.get(one.pk)
            if amounts is None:
                if one.data_until < month.end:
                    continue
                amounts = (ZERO,) * len(BOUNDS)
            found[one.pk] = _month_end(one, month, spent.get(one.pk, ZERO), amounts)
    return found


def batched(forecasts: Iterable[Forecast], size: int) -> Iterator[list[Forecast]]:
    rows = iter(forecasts)
    while some := list(islice(rows, size)):
        yield some


def _month_end(
    one: Forecast, month: Window, spent: Decimal, ahead: Sequence[Decimal]
) -> MonthEnd:
    bounds = zip(BOUNDS, ahead, strict=True)
    return MonthEnd(
        month=month.start,
        currency=one.currency,
        spent=spent.quantize(CENT),
        spent_until=_until(one, month),
        forecasts=[one],
        lacking=(),
        **{name: (spent + amount).quantize(CENT) for name, amount in bounds},
    )


def _until(one: Forecast, month: Window) -> date:
    """The first day of the month that is forecast, if it is one of the month."""
    return min(max(one.data_until, month.start), month.end)


def _ahead(
    forecasts: Sequence[Forecast], month: Window
) -> dict[int, tuple[Decimal, ...]]:
    """What each forecast says of its days of the month, in the order of BOUNDS."""
    points = ForecastPoint.objects.filter(
        forecast__in=forecasts, day__gte=month.start, day__lt=month.end
    )
    sums = points.order_by().values_list("forecast")
    rows = sums.annotate(**{f"of_{name}": Sum(name) for name in BOUNDS})
    return {key: tuple(amounts) for key, *amounts in rows}


def _spent(forecasts: Sequence[Forecast], month: Window) -> dict[int, Decimal]:
    """What was billed of each scope before the days that are forecast."""
    sums = {
        f"of_{one.pk}": Sum(
            "billed", filter=scope_of(one) & Q(day__lt=_until(one, month))
        )
        for one in forecasts
    }
    rows = DailyCost.objects.counted().in_window(month)
    found = rows.aggregate(**sums) if sums else {}
    return {one.pk: found[f"of_{one.pk}"] or ZERO for one in forecasts}


def scope_of(forecast: Forecast) -> Q:
    """Which costs a forecast is of, of any day.

    Of "other services" those that have no forecast of their own now.
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
    """What each day of the window with a charge cost. One query."""
    rows = DailyCost.objects.counted().in_window(window).filter(scope_of(forecast))
    days = rows.order_by().values_list("day")
    return dict(days.annotate(amount=Sum("billed")))
