"""What each team pays of the bills, and what no rule covers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

from clouds.access import AnyUser
from core.money import ZERO
from core.windows import Window
from costs.allocation.cuts import ROW_COLUMNS, Cut, cuts
from costs.allocation.engine import NOT_ALLOCATED, Allocation, Key, Rule
from costs.allocation.querysets import COLUMNS
from costs.models import TeamRule
from costs.queries.breakdown import (
    CostBreakdown,
    breakdown_of,
    in_one_currency,
    with_cover,
)
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.trend import Trend, trend_of

BILL = COLUMNS["accounts"]


class Uncovered(NamedTuple):
    """What no rule covers, by a value of each column that tells it apart."""

    columns: Sequence[str]
    values: Sequence[str]
    amount: Decimal

    @property
    def key(self) -> Key:
        return tuple(zip(self.columns, self.values, strict=True))


@dataclass(frozen=True, slots=True)
class TeamCosts:
    """The costs of each team, whose totals sum to the bill.

    `rules` is what each rule gave, by its key; `uncovered` is the largest first.
    """

    trend: Trend
    rules: Mapping[int, Decimal]
    uncovered: Sequence[Uncovered]
    bill: Decimal | None

    @property
    def reconciled(self) -> bool | None:
        """Whether teams and the rest sum to the bill; None where none is stored."""
        return None if self.trend.total is None else self.trend.total == self.bill


def team_costs(query: CostQuery, source: CostSource) -> TeamCosts:
    """Return what teams pay of the source's bills in the query's window and currency.

    Seven queries, one where rows answer, and up to three more for each part of the
    window with other rules, and for each tag.
    """
    rules = rules_of(query.window)
    source = with_cover(_without_archived(source, rules, query.window))
    return _team_costs(query, source, rules)


def _team_costs(
    query: CostQuery, source: CostSource, rules: Sequence[Rule]
) -> TeamCosts:
    parts = list(cuts(source, query.window, rules))
    found = allocated(parts, query.metric, query.granularity)
    teams = {team: found.teams.get(team, {}) for rule in rules for team in rule.shares}
    trend = trend_of(
        source,
        query.window,
        {**teams, **found.teams},
        currency=query.currency or None,
        group_by="team",
        metric=query.metric,
        granularity=query.granularity,
    )
    bill = source.in_window(query.window).bill_total(query.metric)
    return TeamCosts(trend, found.rules, _uncovered(found, parts, query.metric), bill)


def team_breakdown(
    query: CostQuery, user: AnyUser, account_names: Mapping[str, str]
) -> tuple[CostBreakdown, TeamCosts]:
    """Return what a page shows, in one currency, with the period before beside it."""
    query, source, currencies = in_one_currency(query, user)
    previous = query.compared_with
    rules, rules_before = rules_of(query.window), rules_of(previous)
    both = [*rules, *rules_before]
    source = with_cover(_without_archived(source, both, query.window, previous))
    found = _team_costs(query, source, rules)
    parts = cuts(source, previous, rules_before)
    before = allocated(parts, query.metric, query.granularity)
    former = {
        team: sum(by_period.values(), ZERO) for team, by_period in before.teams.items()
    }
    breakdown = breakdown_of(
        found.trend, former, query, source, user, account_names, currencies
    )
    return breakdown, found


def _without_archived(
    source: CostSource, rules: Iterable[Rule], *windows: Window
) -> CostSource:
    """Return what is known by the columns that these rules look at."""
    looked_at = {name for rule in rules for name in rule.conditions}
    # A tag is one of some bills: these are told apart.
    columns = {name if name in ROW_COLUMNS else BILL for name in looked_at}
    return source.without_archived(columns, *windows)


def rules_of(window: Window) -> list[Rule]:
    """Return the rules that are valid on some day of the window, in their order."""
    return TeamRule.objects.valid_with(window.start, window.end).as_rules()


def allocated(parts: Iterable[Cut], metric: str, granularity: str) -> Allocation:
    """Return what rules give to teams."""
    found = Allocation()
    for cut in parts:
        found.add(cut.rules, cut.sums_by_rule(metric, granularity))
    return found


def _uncovered(
    found: Allocation, parts: Iterable[Cut], metric: str
) -> Sequence[Uncovered]:
    """Return the rest, the largest first."""
    if NOT_ALLOCATED not in found.teams:
        return []
    rest: dict[tuple[tuple[str, ...], tuple[str, ...]], Decimal] = {}
    for cut in parts:
        by_service = cut.by_service(metric)
        columns = (*by_service.columns,)
        for *values, amount in by_service.rest(metric):
            key = columns, (*values,)
            rest[key] = rest[key] + amount if key in rest else amount
    # What is in order by its amounts is soon in order by both.
    ordered = sorted(rest.items(), key=itemgetter(1), reverse=True)
    ordered.sort(key=lambda one: (-one[1], one[0]))
    return [Uncovered(*key, amount) for key, amount in ordered]
