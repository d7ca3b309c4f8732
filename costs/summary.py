"""What a window cost in all, and whether that can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from costs.fields import QUANTUM
from costs.querysets import CostTotalQuerySet, DailyCostQuerySet
from costs.trend import Point, only_currency
from providers.windows import ONE_DAY, Window

ZERO = Decimal(0)


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
    The period before is compared only where all of its days are stored, those of each
    account. Raises SeveralCurrencies. Four queries.
    """
    before = window.previous()
    found = list(rows.in_window(Window(before.start, window.end)).per_day(metric))
    currency = only_currency(currency for currency, day, *_ in found if day in window)
    if currency:
        totals = totals.filter(currency=currency)
    both = totals.in_window(Window(before.start, window.end)).days_by_estimate()
    stored = {day: guess for day, guess in both.items() if day in window}
    amounts = dict.fromkeys(stored, ZERO) | {
        day: amount for _, day, amount, _ in found if day in window
    }
    total = sum(amounts.values(), ZERO) if stored else None
    spans = list(totals.spans(window))
    missing = _missing_days(
        [(first, last, days) for first, last, days, _ in spans], window
    )
    missed = _missing_days(
        [(first, last, days) for first, last, _, days in spans], before
    )
    previous_total = None
    if len(both) - len(stored) == len(before) and not missed:
        previous_total = sum(
            (
                amount
                for of, day, amount, _ in found
                if day in before and of == currency
            ),
            ZERO,
        )
    unreconciled = totals.in_window(window).unreconciled().count()
    return Summary(
        start=window.start,
        end=window.end,
        currency=currency,
        total=total,
        average_daily=None
        if total is None
        else (total / len(stored)).quantize(QUANTUM),
        highest=_extreme(amounts, largest=True),
        lowest=_extreme(amounts, largest=False),
        days=len(stored),
        previous_total=previous_total,
        change_percent=change_percent(previous_total, total),
        estimated_days=sum(stored.values()),
        unallocated=_unallocated(found, window) if stored else None,
        reconciled=not (unreconciled or missing) if stored else None,
        unreconciled_days=unreconciled,
        missing_days=missing,
    )


def change_percent(before: Decimal | None, now: Decimal | None) -> float | None:
    """The change in percent of the former; None where it is unknown, 0 or negative."""
    if before is None or now is None or before <= 0:
        return None
    return round(float((now - before) / before * 100), 2)


def _extreme(amounts: dict[date, Decimal], *, largest: bool) -> Point | None:
    """The dearest or cheapest day, the earliest of equals."""
    if not amounts:
        return None
    sign = -1 if largest else 1
    day = min(amounts, key=lambda day: (sign * amounts[day], day))
    return Point(day, amounts[day])


def _unallocated(
    found: Sequence[tuple[str, date, Decimal, Decimal | None]], window: Window
) -> Decimal:
    return sum((part or ZERO for _, day, _, part in found if day in window), ZERO)


def _missing_days(spans: Sequence[tuple[date, date, int]], window: Window) -> int:
    """Days within the window that some account's history lacks.

    An account's history runs from its first stored day to the newest day that any
    account has: one that fell behind the others makes the sum too low.
    """
    newest = max((last for _, last, _ in spans), default=window.end)
    end = min(window.end, newest + ONE_DAY)
    return sum(
        max(0, (end - max(window.start, first)).days - days) for first, _, days in spans
    )
