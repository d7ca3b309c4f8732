"""What a window cost in all, and whether that can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core.money import QUANTUM, ZERO
from core.windows import Window
from costs.growth.still_expected import still_expected
from costs.queries.breakdown import compared
from costs.queries.coverage import (
    change_percent,
    incomplete_windows,
    missing_days,
    period_before,
)
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.trend import OTHER, Point, only_currency

# (currency, day, amount, the unallocated part of it)
Found = tuple[str, date, Decimal, Decimal | None]


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
    still_expected: Decimal | None
    raw_days: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """What one key cost; `before` is None where that can't be compared."""

    key: str
    total: Decimal
    before: Decimal | None

    @property
    def change_percent(self) -> float | None:
        return change_percent(self.before, self.total)


def summary_groups(
    source: CostSource, query: CostQuery, summary: Summary
) -> Sequence[Group]:
    """Return what each key of the query's groupings cost, the largest first; the sum of
    those beyond its limit last. One query."""
    if summary.currency is None:
        return []
    found = [
        Group(key, now or ZERO, former or ZERO)
        for key, now, former in compared(source.in_currency(summary.currency), query)
    ]
    found.sort(key=lambda one: (-one.total, one.key))
    limit = query.limit or len(found)
    groups, rest = found[:limit], found[limit:]
    if rest:
        total = sum((one.total for one in rest), ZERO)
        groups.append(
            Group(OTHER, total, sum((one.before or ZERO for one in rest), ZERO))
        )
    is_comparable = summary.previous_total is not None
    return [one if is_comparable else replace(one, before=None) for one in groups]


def cost_summary(
    source: CostSource,
    window: Window,
    *,
    metric: str = "billed",
    before: Window | None = None,
) -> Summary:
    """Return the summary of the source's rows over the window.

    `reconciled` is about the accounts' whole bill. The window `before`, by default the
    period before, is compared only where both are stored whole, for each account that
    has any of their days. Raises SeveralCurrencies. Three queries, one where no row
    names the currency, one for recent days, and one more where such days grow.
    """
    before = before or period_before(window)
    both = source.in_window(Window(before.start, window.end))
    found = list(both.by("service").in_windows(before, window).per_day(metric))
    currency = _currency(found, window) or both.only_currency()
    if currency:
        source = source.in_currency(currency)
    stored = source.in_window(window).bills().stored_days()
    amounts = dict.fromkeys(stored, ZERO) | {
        day: amount for _, day, amount, _ in found if day in window
    }
    total = sum(amounts.values(), ZERO) if stored else None
    spans = source.spans(window, before)
    missing = missing_days(spans, 0, window)
    previous_total = None
    if not incomplete_windows(spans, (window, before), 0, 1):
        previous_total = _sum_of(found, before, currency)
    expected = still_expected(source, spans, window, metric)
    unreconciled = sum(counts.unreconciled for counts in stored.values())
    return Summary(
        start=window.start,
        end=window.end,
        currency=currency,
        total=total,
        average_daily=(
            None if total is None else (total / len(stored)).quantize(QUANTUM)
        ),
        highest=_extreme(amounts, largest=True),
        lowest=_extreme(amounts, largest=False),
        days=len(stored),
        previous_total=previous_total,
        change_percent=change_percent(previous_total, total),
        estimated_days=sum(counts.estimated > 0 for counts in stored.values()),
        unallocated=_unallocated(found, window) if stored else None,
        reconciled=not (unreconciled or missing) if stored else None,
        unreconciled_days=unreconciled,
        missing_days=missing,
        still_expected=expected.amount if stored else None,
        raw_days=len(expected.per_day) if expected.is_known else None,
    )


def _currency(found: Sequence[Found], window: Window) -> str | None:
    """That of the window, else that of the period before it."""
    current = [currency for currency, day, *_ in found if day in window]
    return only_currency(current or [currency for currency, *_ in found])


def _sum_of(found: Sequence[Found], window: Window, currency: str | None) -> Decimal:
    return sum(
        (amount for of, day, amount, _ in found if day in window and of == currency),
        ZERO,
    )


def _extreme(amounts: dict[date, Decimal], *, largest: bool) -> Point | None:
    """The dearest or cheapest day, the earliest of equals."""
    if not amounts:
        return None
    sign = -1 if largest else 1
    day = min(amounts, key=lambda day: (sign * amounts[day], day))
    return Point(day, amounts[day])


def _unallocated(found: Sequence[Found], window: Window) -> Decimal:
    return sum((part or ZERO for _, day, _, part in found if day in window), ZERO)
