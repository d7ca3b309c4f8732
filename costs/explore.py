"""What the costs page answers: a trend, a table that sums to it, and restated days."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from costs.coverage import is_comparable
from costs.models import Restatement
from costs.querysets import GROUPS
from costs.question import Question
from costs.summary import change_percent
from costs.trend import OTHER, Trend, cost_trend
from providers.windows import Window

# The newest of them; the admin lists all.
RESTATEMENTS = 20
# What a key column's empty text means, per grouping.
NO_KEY = {"region": "No region", "account": "No account"}
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One key of the table. `before` is None where the period before is not stored."""

    label: str
    total: Decimal
    share_percent: float | None
    before: Decimal | None

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None else self.total - self.before

    @property
    def change_percent(self) -> float | None:
        return change_percent(self.before, self.total)


@dataclass(frozen=True, slots=True)
class Answer:
    """The trend asked for, its lines, and the same of the period before."""

    question: Question
    trend: Trend
    previous: Window
    lines: Sequence[Line]
    total: Line | None
    restatements: Sequence[Restatement]
    currencies: Sequence[str]


def answer(question: Question, account_names: Mapping[str, str]) -> Answer:
    """The answer in one currency, the first where several are stored. Six queries.

    Those are: the currencies, the trend (two), the period before (two), restatements.
    """
    currencies = _currencies(question)
    question = _in_one_currency(question, currencies)
    trend = cost_trend(
        question.rows,
        question.totals,
        question.window,
        group_by=question.group_by,
        metric=question.metric,
        granularity=question.granularity,
        limit=question.limit,
    )
    lines = _lines(trend, _before(question), question, account_names)
    series = [
        replace(series, key=line.label)
        for series, line in zip(trend.series, lines, strict=False)
    ]
    return Answer(
        question=question,
        trend=replace(trend, series=series),
        previous=question.window.previous(),
        lines=lines,
        total=_total(trend, lines),
        restatements=_restatements(question),
        currencies=currencies,
    )


def _currencies(question: Question) -> Sequence[str]:
    stored = question.bills.in_window(question.window).order_by()
    return sorted(stored.values_list("currency", flat=True).distinct())


def _in_one_currency(question: Question, currencies: Sequence[str]) -> Question:
    currency = question.currency or next(iter(currencies), "")
    if not currency:
        return question
    return replace(
        question,
        currency=currency,
        rows=question.rows.filter(currency=currency),
        totals=question.bills.filter(currency=currency),
    )


def _before(question: Question) -> dict[str, Decimal] | None:
    """What each key cost in the period before; None unless both are stored whole."""
    windows = [question.window, question.window.previous()]
    if not is_comparable(question.totals.spans(*windows), windows, 0, 1):
        return None
    column = GROUPS[question.group_by]
    rows = question.rows.in_window(windows[1])
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for _, key, _, amount in rows.series(column, question.metric, "monthly", None):
        amounts[key or ""] += amount
    return amounts


def _lines(
    trend: Trend,
    before: dict[str, Decimal] | None,
    question: Question,
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
            label=_label(key, question.group_by, account_names),
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
    return Line("Total", trend.total, 100.0 if trend.total > 0 else None, before)


def _restatements(question: Question) -> Sequence[Restatement]:
    """The newest changes that the cloud made to days of the window."""
    window = question.window
    changed = Restatement.objects.filter(day__gte=window.start, day__lt=window.end)
    if question.filters["account"]:
        changed = changed.filter(account__account_id__in=question.filters["account"])
    if question.currency:
        changed = changed.filter(currency=question.currency)
    return list(changed.select_related("account")[:RESTATEMENTS])
