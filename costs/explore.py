"""What the costs page answers: a trend, a table that sums to it, and restated days."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from costs.coverage import is_comparable, period_before
from costs.lines import Line, in_order
from costs.models import Restatement
from costs.querysets import GROUPS, TOTAL, RestatementQuerySet
from costs.question import Question
from costs.trend import OTHER, Trend, cost_trend
from providers.windows import Window, first_of_month

# The newest days of them; the admin lists all.
RESTATEMENTS = 30
# What a key column's empty text means, per grouping.
NO_KEY = {"region": "No region", "account": "No account"}
ZERO = Decimal(0)
# (key, what it cost in the window, and in the period before)
Compared = tuple[str, Decimal | None, Decimal | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """The trend asked for, its lines, and the same of the period before.

    `trend` is labelled for reading. `restated` holds by how much the bill of a day, or
    month, changed since it was first read: of the whole bill, whatever the filters.
    """

    question: Question
    trend: Trend
    previous: Window
    lines: Sequence[Line]
    total: Line | None
    restatements: Sequence[Restatement]
    restated: Mapping[date, Decimal]
    currencies: Sequence[str]


def answer(question: Question, account_names: Mapping[str, str]) -> Answer:
    """The answer in one currency, the first where several are stored. Seven queries.

    Those are: the currencies, what each key cost in both periods, the trend (two), how
    far both are stored, restatements and their days.
    """
    currencies = _currencies(question)
    question = _in_one_currency(question, currencies)
    previous = period_before(question.window)
    amounts = _compared(question, previous)
    trend = cost_trend(
        question.rows,
        question.totals,
        question.window,
        group_by=question.group_by,
        metric=question.metric,
        granularity=question.granularity,
        largest=_largest(amounts, question),
    )
    lines = _lines(trend, _before(amounts, question, previous), account_names)
    series = [
        replace(series, key=line.label)
        for series, line in zip(trend.series, lines, strict=False)
    ]
    changes = _restatements(question)
    return Answer(
        question=question,
        trend=replace(trend, series=series),
        previous=previous,
        lines=in_order(lines, question.sort),
        total=_total(trend, lines),
        restatements=list(changes.newest_days()[:RESTATEMENTS]),
        restated=_by_moment(changes.change_per_day(question.metric), question),
        currencies=currencies,
    )


def _currencies(question: Question) -> Sequence[str]:
    return question.bills.in_window(question.window).currencies()


def _in_one_currency(question: Question, currencies: Sequence[str]) -> Question:
    currency = question.currency or next(iter(currencies), "")
    if not currency:
        return question
    return replace(
        question,
        currency=currency,
        rows=question.rows.in_currency(currency),
        totals=question.bills.in_currency(currency),
    )


def _compared(question: Question, previous: Window) -> Sequence[Compared]:
    """What each key cost in the window and before; of several currencies the one."""
    column = GROUPS[question.group_by]
    rows = question.rows.compared(
        [column or "currency"], question.metric, question.window, previous
    )
    return [(key if column else TOTAL, now, former) for key, now, former in rows]


def _largest(amounts: Sequence[Compared], question: Question) -> Sequence[str] | None:
    """The keys with a series of their own; None where all have one."""
    found = [(-now, key) for key, now, _ in amounts if now is not None]
    if len(found) <= question.limit:
        return None
    return [key for _, key in sorted(found)[: question.limit]]


def _before(
    amounts: Sequence[Compared], question: Question, previous: Window
) -> dict[str, Decimal] | None:
    """What each key cost in the period before; None unless both are stored whole."""
    windows = [question.window, previous]
    if not is_comparable(question.totals.spans(*windows), windows, 0, 1):
        return None
    return {key: former for key, _, former in amounts if former is not None}


def _lines(
    trend: Trend,
    before: Mapping[str, Decimal] | None,
    account_names: Mapping[str, str],
) -> list[Line]:
    """A line per series, in order, then one per key that only the former period has.

    Where the trend has "Other", those keys are part of it.
    """
    kept = {series.key: series.total for series in trend.series}
    former = dict(before or {})
    if OTHER in kept:
        former[OTHER] = sum((former.pop(key) for key in {*former} - {*kept}), ZERO)
    return [
        Line(
            key=None if key == OTHER else key,
            label=_label(key, trend.group_by, account_names),
            total=kept.get(key, ZERO),
            share_percent=_share_percent(kept.get(key, ZERO), trend.total),
            before=None if before is None else former.get(key, ZERO),
        )
        for key in dict.fromkeys([*kept, *former])
    ]


def _label(key: str, group_by: str, account_names: Mapping[str, str]) -> str:
    if group_by == "account":
        name = account_names.get(key)
        return f"{name} ({key})" if name else key or NO_KEY["account"]
    return key or NO_KEY.get(group_by, "Unnamed")


def _share_percent(part: Decimal, whole: Decimal | None) -> float | None:
    return float(part / whole * 100) if whole and whole > 0 else None


def _total(trend: Trend, lines: Sequence[Line]) -> Line | None:
    if trend.total is None:
        return None
    known = [line.before for line in lines if line.before is not None]
    before = sum(known, ZERO) if len(known) == len(lines) else None
    share = 100.0 if trend.total > 0 else None
    return Line("", "Total", trend.total, share, before)


def _restatements(question: Question) -> RestatementQuerySet:
    """The changes that the cloud made to days of the window."""
    changed = Restatement.objects.counted().seen_by(question.user)
    changed = changed.in_window(question.window)
    if question.filters["account"]:
        changed = changed.filter(account__account_id__in=question.filters["account"])
    if question.currency:
        changed = changed.filter(currency=question.currency)
    return changed


def _by_moment(
    changes: Mapping[date, Decimal], question: Question
) -> Mapping[date, Decimal]:
    """The changes of days, or their sums per month."""
    if question.granularity == "daily":
        return changes
    months: dict[date, Decimal] = defaultdict(Decimal)
    for day, change in changes.items():
        months[first_of_month(day)] += change
    return months
