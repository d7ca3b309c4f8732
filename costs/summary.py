"""What a window cost in all, and whether that can be trusted."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from costs.querysets import CostTotalQuerySet, DailyCostQuerySet
from costs.trend import Point, only_currency
from providers.windows import ONE_DAY, Window


@dataclass(frozen=True, slots=True)
class Summary:
    """A window in a few numbers; None where nothing is stored to tell it from."""

    start: date
    end: date
    currency: str | None
    total: Decimal | None
    average_daily: Decimal | None
    highest: Point | None
    lowest: Point | None
    days: int
    previous_total: Decimal | None
    change_percent: float | None
    estimated_days: int
    unallocated: Decimal | None
    reconciled: bool | None
    unreconciled_days: int
    missing_days: int


def cost_summary(
    rows: DailyCostQuerySet,
    totals: CostTotalQuerySet,
    window: Window,
    *,
    metric: str = "billed",
) -> Summary:
    """The summary of `rows`, which may be filtered, over the window.

    `totals` are the accounts' totals in full: `reconciled` tells of their whole bill.
    The period before is compared only where all of its days are stored. Raises
    SeveralCurrencies. Eight queries.
    """
    current, before = rows.in_window(window), rows.in_window(window.previous())
    currency = only_currency(current)
    in_currency = totals.filter(currency=currency) if currency else totals
    stored = in_currency.in_window(window).days_by_estimate()
    amounts = dict.fromkeys(stored, Decimal(0)) | current.total_per_day(metric)
    total = sum(amounts.values(), Decimal(0)) if stored else None
    previous_total = _previous_total(
        before.filter(currency=currency), in_currency, window.previous(), metric
    )
    unreconciled = in_currency.in_window(window).unreconciled().count()
    missing = _missing_days(in_currency, window)
    return Summary(
        start=window.start,
        end=window.end,
        currency=currency,
        total=total,
        average_daily=None if total is None else total / len(stored),
        highest=_extreme(amounts, largest=True),
        lowest=_extreme(amounts, largest=False),
        days=len(stored),
        previous_total=previous_total,
        change_percent=change_percent(previous_total, total),
        estimated_days=sum(stored.values()),
        unallocated=_unallocated(current, metric) if stored else None,
        reconciled=not (unreconciled or missing) if stored else None,
        unreconciled_days=unreconciled,
        missing_days=missing,
    )


def change_percent(before: Decimal | None, now: Decimal | None) -> float | None:
    """The change in percent of the former; None where it is unknown, 0 or negative."""
    if before is None or now is None or before <= 0:
        return None
    return float((now - before) / before * 100)


def _extreme(amounts: dict[date, Decimal], *, largest: bool) -> Point | None:
    """The dearest or cheapest day, the earliest of equals."""
    if not amounts:
        return None
    sign = -1 if largest else 1
    day = min(amounts, key=lambda day: (sign * amounts[day], day))
    return Point(day, amounts[day])


def _previous_total(
    rows: DailyCostQuerySet, totals: CostTotalQuerySet, window: Window, metric: str
) -> Decimal | None:
    if len(totals.in_window(window).days_by_estimate()) < len(window):
        return None
    return sum(rows.total_per_day(metric).values(), Decimal(0))


def _unallocated(rows: DailyCostQuerySet, metric: str) -> Decimal:
    return sum(rows.unallocated().total_per_day(metric).values(), Decimal(0))


def _missing_days(totals: CostTotalQuerySet, window: Window) -> int:
    """Days within the window that some account's history lacks.

    An account's history runs from its first stored day to the newest day that any
    account has: one that fell behind the others makes the sum too low.
    """
    stored = {account: days for account, _, _, days in totals.in_window(window).spans()}
    spans = list(totals.spans())
    newest = max((last for _, _, last, _ in spans), default=window.end)
    end = min(window.end, newest + ONE_DAY)
    return sum(
        max(0, (end - max(window.start, first)).days - stored.get(account, 0))
        for account, first, _, _ in spans
    )
