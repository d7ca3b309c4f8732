"""What the costs page answers: a trend, a table that sums to it, and restated days."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from clouds.access import AnyUser
from clouds.versions import data_version
from core.api.cache import computed_once, key_of
from core.money import ZERO
from core.windows import Window, first_of_month
from costs.groupings import (
    BETWEEN_KEYS,
    TOTAL,
    UNTAGGED,
    columns_of,
    groups_of,
    keys_of,
)
from costs.growth.still_expected import StillExpected, still_expected
from costs.models import CoveredDay, Restatement
from costs.queries.coverage import incomplete_windows
from costs.queries.query import CostQuery, dimension_of
from costs.queries.source import CostSource
from costs.queries.table import Line, in_order
from costs.queries.trend import (
    OTHER,
    Trend,
    cost_trend,
    largest_keys,
    largest_keys_of,
)
from costs.querysets import RestatementQuerySet
from syncs.datasets import Dataset

# The newest days of them; the admin lists all.
RESTATEMENTS = 30
# What a key column's empty text means, per grouping.
NO_KEY = {
    "region": "No region",
    "account": "No account",
    "resource_group": "No resource group",
    "service": "No service",
    "tag": UNTAGGED,
}
# (key, what it cost in the window, and in what that is compared with)
Compared = tuple[str, Decimal | None, Decimal | None]


@dataclass(frozen=True, slots=True)
class CostBreakdown:
    """The trend asked for, its lines, and the same of the period before.

    `query` names the currency of the answer, and `trend` is labelled for reading.
    `incomplete` are those of the two periods that are not stored whole: without one
    they are compared.
    `restated` holds by how much the bill of a day, or month, changed since it was first
    read: of the whole bill, whatever the filters.
    """

    query: CostQuery
    trend: Trend
    previous: Window
    incomplete: Sequence[Window]
    lines: Sequence[Line]
    total: Line | None
    restatements: Sequence[Restatement]
    restated: Mapping[date, Decimal]
    expected: StillExpected
    currencies: Sequence[str]
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    """What each key cost in the window, those of "Other" too, where all were asked."""


def cost_breakdown(
    query: CostQuery,
    user: AnyUser,
    account_names: Mapping[str, str],
    *,
    with_every_key: bool = False,
) -> CostBreakdown:
    """Return the breakdown in one currency; of several in one in which bills go on.

    Eight queries: the currencies, whether bills cover others, what each key cost in
    both periods, the trend (two), how far both are stored, restatements and their days;
    one for recent days, one more where such days grow, and one where rows answer. Where
    many keys have two parts, the largest alone are asked for, in three queries instead
    of one, and two more where bills cover others; `with_every_key` asks for all. Raises
    InvalidQuery.
    """
    query, source, currencies = in_one_currency(query, user)
    columns = columns_of(query.group_by)
    source = source.without_archived(columns, query.window, query.compared_with)
    source = with_cover(source)
    current: dict[str, Decimal] = {}
    largest = None
    if query.limit and not with_every_key and source.blocks(columns):
        largest = _largest_keys(source, query, user, query.limit)
    if largest:
        former = _former_of_largest(source, query, largest)
    else:
        amounts = compared(source, query)
        current = {key: now for key, now, _ in amounts if now is not None}
        former = {key: before for key, _, before in amounts if before is not None}
        largest = largest_keys(current, query.limit) if query.limit else None
    trend = cost_trend(
        source,
        query.window,
        group_by=query.group_by,
        metric=query.metric,
        granularity=query.granularity,
        largest=largest,
    )
    found = breakdown_of(trend, former, query, source, user, account_names, currencies)
    return replace(found, amounts=current)


def _largest_keys(
    source: CostSource, query: CostQuery, user: AnyUser, limit: int
) -> list[str] | None:
    """Return the keys that cost most, of all that the bills have. Two queries, or one
    where they were found before in the same data."""
    columns = columns_of(query.group_by)
    # Not by how the page looks, nor what it is compared with.
    asked = ["largest keys", query.window, query.values]
    found: list[str] | None = computed_once(
        key_of(data_version(user, Dataset.COST), asked),
        "largest-keys",
        lambda: largest_keys_of(source, columns, query.metric, query.window, limit),
    )
    return found


def _former_of_largest(
    source: CostSource, query: CostQuery, largest: Sequence[str]
) -> dict[str, Decimal]:
    """Return what these keys cost in the period before, and all others as "Other".

    Two queries.
    """
    columns, before = columns_of(query.group_by), query.compared_with
    sums = source.window_sums(["currency"], query.metric, before)
    total = sum((amount for _, amount in sums), ZERO)
    rows = source.of_keys(columns, largest).window_sums(columns, query.metric, before)
    former = {BETWEEN_KEYS.join(keys): amount for *keys, amount in rows}
    return {**former, OTHER: total - sum(former.values(), ZERO)}


def in_one_currency(
    query: CostQuery, user: AnyUser
) -> tuple[CostQuery, CostSource, Sequence[str]]:
    """Return the query and its costs in one currency, and which ones there are.

    One query, and another one where there are several. Raises InvalidQuery.
    """
    source = CostSource.visible_to(user).filtered(query, user)
    currencies = list(source.in_window(query.window).newest_days())
    if currency := query.currency or next(iter(currencies), ""):
        query, source = replace(query, currency=currency), source.in_currency(currency)
    return query, source, currencies


def with_cover(source: CostSource) -> CostSource:
    """Return the same, knowing whether another bill covers any day. One query.

    Mostly none does, and to look that up for each row takes as long as to sum.
    """
    return replace(source, is_covered=CoveredDay.objects.exists())


def breakdown_of(
    trend: Trend,
    former: Mapping[str, Decimal],
    query: CostQuery,
    source: CostSource,
    user: AnyUser,
    account_names: Mapping[str, str],
    currencies: Sequence[str],
) -> CostBreakdown:
    """Return the breakdown of a trend; `former` is what keys cost in the period before.

    Three queries: how far both periods are stored, restatements and their days; one for
    recent days, and one more where such days grow.
    """
    windows = [query.compared_with, query.window]
    spans = source.spans(*windows)
    incomplete = incomplete_windows(spans, windows, 0, 1)
    before = None if incomplete else former
    lines = _lines(trend, before, account_names)
    series = [
        replace(series, key=line.label)
        for series, line in zip(trend.series, lines, strict=False)
    ]
    changes = restatements_of(query, user, is_covered=source.is_covered)
    return CostBreakdown(
        query=query,
        trend=replace(trend, series=series),
        previous=query.compared_with,
        incomplete=incomplete,
        lines=in_order(lines, query.sort),
        total=_total(trend, lines),
        restatements=list(changes.newest_days()[:RESTATEMENTS]),
        restated=by_period_of(query, changes.change_per_day(query.metric)),
        expected=still_expected(source, spans, query.window, query.metric),
        currencies=currencies,
    )


def compared(source: CostSource, query: CostQuery) -> list[Compared]:
    """Return what each key cost in the window, and in what that is compared with.

    `source` is of one currency. One query.
    """
    columns = columns_of(query.group_by)
    rows = source.window_sums(
        columns or ["currency"], query.metric, query.window, query.compared_with
    )
    return [
        (BETWEEN_KEYS.join(keys) if columns else TOTAL, now, former)
        for *keys, now, former in rows
    ]


def _lines(
    trend: Trend,
    before: Mapping[str, Decimal] | None,
    account_names: Mapping[str, str],
) -> list[Line]:
    """A line per series, in order, then one per key that only the former period has.

    Where the trend has "Other", those keys are part of it.
    """
    current = {series.key: series.total for series in trend.series}
    former = dict(before or {})
    if OTHER in current:
        only_former = {*former} - {*current}
        others = sum((former.pop(key) for key in only_former), ZERO)
        former[OTHER] = former.get(OTHER, ZERO) + others
    return [
        Line(
            key=None if key == OTHER else key,
            label=" · ".join(names),
            total=current.get(key, ZERO),
            share_percent=_share_percent(current.get(key, ZERO), trend.total),
            before=None if before is None else former.get(key, ZERO),
            names=names if len(names) > 1 else (),
        )
        for key in dict.fromkeys([*current, *former])
        for names in [names_of(key, trend.group_by, account_names)]
    ]


def names_of(
    key: str, group_by: str, account_names: Mapping[str, str]
) -> Sequence[str]:
    """The label of each grouping."""
    groups = groups_of(group_by)
    if len(groups) < 2 or key == OTHER:
        return [label_of(key, group_by, account_names)]
    return [
        label_of(one, group, account_names)
        for one, group in zip(keys_of(key), groups, strict=True)
    ]


def label_of(key: str, group: str, account_names: Mapping[str, str]) -> str:
    """How a page names a key of a grouping; `account_names` are account_labels."""
    name = account_names.get(key) if group == "account" else key
    return name or key or NO_KEY.get(dimension_of(group), "Unnamed")


def _share_percent(part: Decimal, whole: Decimal | None) -> float | None:
    return float(part / whole * 100) if whole and whole > 0 else None


def _total(trend: Trend, lines: Sequence[Line]) -> Line | None:
    if trend.total is None:
        return None
    known = [line.before for line in lines if line.before is not None]
    before = sum(known, ZERO) if len(known) == len(lines) else None
    share = 100.0 if trend.total > 0 else None
    return Line("", "Total", trend.total, share, before)


def restatements_of(
    query: CostQuery, user: AnyUser, *, is_covered: bool = True
) -> RestatementQuerySet:
    """The changes that the cloud made to days of the window, without those that another
    bill covers; with `is_covered` false there are none of these."""
    changed = Restatement.objects.visible_to(user).in_window(query.window)
    if is_covered:
        changed = changed.counted()
    if query.filters["account"]:
        changed = changed.filter(account__account_id__in=query.filters["account"])
    if query.filters["provider"]:
        changed = changed.filter(account__provider__in=query.filters["provider"])
    if query.currency:
        changed = changed.filter(currency=query.currency)
    return changed


def by_period_of(
    query: CostQuery, amounts: Mapping[date, Decimal]
) -> Mapping[date, Decimal]:
    """Return the amounts of days, or their sums per month."""
    if query.granularity == "daily":
        return amounts
    months: dict[date, Decimal] = defaultdict(Decimal)
    for day, amount in amounts.items():
        months[first_of_month(day)] += amount
    return months
