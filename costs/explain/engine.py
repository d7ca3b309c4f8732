"""Split the difference between two periods into causes that sum to it exactly.

Plain Python. What anomalies added is taken off first, then charges of the first of a
month, then all that is no usage, then what prices changed, where they are known. What
a service would have cost if it had gone on as before, on as many working days and
weekends, tells longer periods from more use.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import accumulate
from math import sqrt
from statistics import median

from core.money import QUANTUM, ZERO
from core.windows import ONE_DAY, Window
from costs.explain.periods import Periods
from costs.explain.records import (
    Cause,
    Charges,
    Daily,
    Explanation,
    Incident,
    Kind,
    Part,
    PriceChange,
    Step,
)
from providers.records import ChargeCategory

# A hundredth of a bill of 30 days is significant. Sums of fewer days vary more, by the
# root of their number.
LEAST_SHARE, USUAL_DAYS = 0.01, 30
# A charge of the 1st is so many usual days, and more than any other day.
MONTH_START_TIMES = 3
# Causes that are named per kind, and the least part of its largest one.
NAMED, LEAST_PART = 5, Decimal("0.1")
# A step explains at least so much of how days vary, or the change came bit by bit.
LEAST_STEP = 0.5
NO_PRICES: Mapping[Part, PriceChange] = {}
# What can be left out -> its kinds.
KINDS_IGNORED = {
    "anomalies": (Kind.ANOMALY,),
    "one_time": (Kind.MONTH_START, Kind.ONE_TIME),
}
# Of which each cause counts by itself: many small ones are no habit of anything.
SINGLY = (Kind.USED_MORE, Kind.USED_LESS)
# Whose `before` is what the period itself would cost, at its own length.
OF_THE_WINDOW = (*SINGLY, Kind.PRICE)


def explain(
    amounts: Mapping[Charges, Daily],
    window: Window,
    previous: Window,
    incidents: Iterable[Incident] = (),
    prices: Mapping[Part, PriceChange] = NO_PRICES,
    *,
    is_daily: bool = False,
    ignore: Collection[str] = (),
) -> Explanation:
    """Explain by how much the window differs from the previous one.

    `amounts` are of the days of both. With `is_daily` averages a day are compared, and
    what `ignore` names is left out of both periods.
    """
    periods = Periods(window, previous)
    left = {charges: dict(series) for charges, series in amounts.items()}
    causes = list(find_causes(amounts, left, periods, incidents, prices))
    totals, sizes = _totals([periods.sums(series) for series in amounts.values()])
    if is_daily:
        totals = _averages(totals, periods.lengths)
        sizes = _averages(sizes, periods.lengths)
        causes = [_daily(one, periods.lengths) for one in causes]
    ignored = {kind for name in ignore for kind in KINDS_IGNORED[name]}
    left_out = [one for one in causes if one.kind in ignored]
    causes = [one for one in causes if one.kind not in ignored]
    total = totals[0] - sum((one.now for one in left_out), ZERO)
    previous_total = totals[1] - sum((one.before for one in left_out), ZERO)
    least = least_change(max(sizes), min(periods.lengths))
    steps = _steps(causes, total - previous_total, least)
    found = [one for one in causes if one.kind == Kind.ANOMALY]
    return Explanation(
        window,
        previous,
        total,
        previous_total,
        least,
        [_dated(step, left, periods) for step in steps],
        sum((one.now for one in found), ZERO),
        sum((one.before for one in found), ZERO),
    )


def least_change(size: Decimal, days: int) -> Decimal:
    """Return what a change must exceed in bills of that size and so many days."""
    share = LEAST_SHARE * sqrt(max(1.0, USUAL_DAYS / days))
    return (size * Decimal(share)).quantize(QUANTUM)


def _totals(
    sums: Sequence[tuple[Decimal, Decimal]],
) -> tuple[Sequence[Decimal], Sequence[Decimal]]:
    """Return what both periods cost, and how large they are, whatever their credits."""
    both = [[one[0] for one in sums], [one[1] for one in sums]]
    return [sum(one, ZERO) for one in both], [sum(map(abs, one), ZERO) for one in both]


def find_causes(
    amounts: Mapping[Charges, Daily],
    left: Mapping[Charges, dict[date, Decimal]],
    periods: Periods,
    incidents: Iterable[Incident],
    prices: Mapping[Part, PriceChange] = NO_PRICES,
) -> Iterator[Cause]:
    """Yield all causes, of whole periods: their changes sum to the difference.

    In `left`, a copy of the amounts, stays what is used as on any other day.
    """
    for incident in incidents:
        now, before = _taken_off(left, incident, periods)
        if now or before:
            yield Cause(
                Kind.ANOMALY,
                now,
                before,
                part=incident.part,
                since=incident.first_day,
                incident=incident,
            )
    expected = former = ZERO
    for charges, series in left.items():
        yield from _month_start(charges, series, periods)
        now, before = periods.sums(series)
        found = _ended_or_begun(charges, now, before, amounts[charges], periods)
        if found is None:
            usual = periods.expected(series)
            expected, former = expected + usual, former + before
            if price := prices.get(charges.part):
                yield Cause(Kind.PRICE, *price, *charges)
                now -= price.now - price.before
            kind = Kind.USED_MORE if now > usual else Kind.USED_LESS
            found = Cause(kind, now, usual, *charges)
        yield found
    yield Cause(Kind.DAYS, expected, former)


def _taken_off(
    left: Mapping[Charges, dict[date, Decimal]], incident: Incident, periods: Periods
) -> tuple[Decimal, Decimal]:
    """Take what an incident added off the usage; return how much of both periods."""
    now = before = ZERO
    for part, daily in incident.amounts.items():
        series = left.get(Charges(part, ChargeCategory.USAGE.value))
        if series is None:
            continue
        for day, amount in daily.items():
            series[day] = series.get(day, ZERO) - amount
        added, added_before = periods.sums(daily)
        now, before = now + added, before + added_before
    return now, before


def _month_start(
    charges: Charges, series: dict[date, Decimal], periods: Periods
) -> Iterator[Cause]:
    """Take off what the first of a month costs beyond a usual day, where that is more
    than any other day costs."""
    firsts = [day for day in periods.firsts if series.get(day)]
    if not firsts or not periods.not_firsts:
        return
    others = [series.get(day, ZERO) for day in periods.not_firsts]
    usual, most = median(others), max(map(abs, others))
    added = {}
    for day in firsts:
        if abs(series[day]) > max(most, MONTH_START_TIMES * abs(usual)):
            added[day] = (series[day] - usual).quantize(QUANTUM)
            series[day] -= added[day]
    if added:
        since = max(added)
        yield Cause(Kind.MONTH_START, *periods.sums(added), *charges, since=since)


def _ended_or_begun(
    charges: Charges, now: Decimal, before: Decimal, billed: Daily, periods: Periods
) -> Cause | None:
    """Return what is no usage, or is used in one of the periods only."""
    if charges.category != ChargeCategory.USAGE:
        return Cause(Kind.ONE_TIME, now, before, *charges)
    first, last_before = periods.first_use(billed), periods.last_use_before(billed)
    if first and not last_before:
        return Cause(Kind.NEW, now, before, *charges, since=first)
    if last_before and not first:
        return Cause(Kind.GONE, now, before, *charges, since=last_before + ONE_DAY)
    return None


def _averages(totals: Sequence[Decimal], days: Sequence[int]) -> list[Decimal]:
    return [
        (total / count).quantize(QUANTUM)
        for total, count in zip(totals, days, strict=True)
    ]


def _daily(cause: Cause, days: Sequence[int]) -> Cause:
    """Return the cause as averages a day. What is used is compared with what as many
    days would cost."""
    counts = (days[0], days[0]) if cause.kind in OF_THE_WINDOW else days
    now, before = _averages((cause.now, cause.before), counts)
    return replace(cause, now=now, before=before)


def _steps(causes: Iterable[Cause], change: Decimal, least: Decimal) -> list[Step]:
    """Return the significant kinds, the largest first, and the rest of the change."""
    units = _units(causes)
    named = _named(units, least)
    of_kind: dict[Kind, list[Cause]] = defaultdict(list)
    for unit in named:
        of_kind[unit[0].kind] += unit
    steps = [_step(kind, found) for kind, found in of_kind.items()]
    steps.sort(key=lambda step: (-abs(step.change), step.kind))
    rest = change - sum((step.change for step in steps), ZERO)
    small = sum(len(unit) for unit in units) - sum(len(unit) for unit in named)
    return [*steps, Step(Kind.REST, rest, others=small)] if rest else steps


def _units(causes: Iterable[Cause]) -> list[list[Cause]]:
    """Return what is named or not as a whole, the largest first: a service that is used
    more or less, and all of any other kind."""
    found: dict[tuple[Kind, Charges | None], list[Cause]] = defaultdict(list)
    for one in causes:
        charges = Charges(one.part, one.category) if one.kind in SINGLY else None
        if one.change:
            found[one.kind, charges].append(one)
    return sorted(found.values(), key=lambda unit: -abs(_change(unit)))


def _named(units: Sequence[list[Cause]], least: Decimal) -> list[list[Cause]]:
    """Return what is significant by itself, and the largest of the others until what
    is left of the change is not."""
    rest = sum(
        (_change(unit) for unit in units if not _is_significant(unit, least)), ZERO
    )
    named, further = [], 0
    for unit in units:
        change = _change(unit)
        if _is_significant(unit, least):
            named.append(unit)
        elif abs(rest) > least and rest * change > 0 and further < NAMED:
            named.append(unit)
            rest -= change
            further += 1
    return named


def _is_significant(unit: Sequence[Cause], least: Decimal) -> bool:
    return any(abs(one) > least for one in (_change(unit), *(c.change for c in unit)))


def _change(causes: Iterable[Cause]) -> Decimal:
    return sum((one.change for one in causes), ZERO)


def _step(kind: Kind, causes: Sequence[Cause]) -> Step:
    ordered = sorted(causes, key=lambda one: (-abs(one.change), one.part, one.category))
    least = abs(ordered[0].change) * LEAST_PART
    named = [one for one in ordered[:NAMED] if abs(one.change) >= least]
    return Step(kind, _change(causes), named, len(ordered) - len(named))


def _dated(step: Step, left: Mapping[Charges, Daily], periods: Periods) -> Step:
    """Name the days since which more or less is used."""
    if step.kind not in SINGLY:
        return step
    dated = [
        replace(one, since=changed_on(left[Charges(one.part, one.category)], periods))
        for one in step.causes
    ]
    return replace(step, causes=dated)


def changed_on(series: Daily, periods: Periods) -> date | None:
    """Return the first day of another level, where costs went there in one step.

    The day that best divides all days in two, which explains at least LEAST_STEP of how
    they vary. None where the periods are apart and it lies between them.
    """
    days = periods.days
    away = _from_mean(series, periods)
    count, sums = len(days), list(accumulate(away))
    varied = sum(one * one for one in away)
    mean = sums[-1] / count
    gains = {
        at: (sums[at - 1] - at * mean) ** 2 * count / (at * (count - at))
        for at in range(1, count)
    }
    if not varied or not gains:
        return None
    best = max(gains, key=gains.__getitem__)
    is_one_step = gains[best] >= LEAST_STEP * varied
    is_known = days[best] - days[best - 1] == ONE_DAY
    return days[best] if is_one_step and is_known else None


def _from_mean(series: Daily, periods: Periods) -> list[float]:
    """Return how far each day is from the mean of those that are alike."""
    away: dict[date, float] = {}
    for alike in periods.alike:
        amounts = [float(series.get(day, ZERO)) for day in alike]
        mean = sum(amounts) / max(len(amounts), 1)
        away |= {day: one - mean for day, one in zip(alike, amounts, strict=True)}
    return [away[day] for day in periods.days]
