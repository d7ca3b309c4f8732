"""What each team pays of the bills, and what no rule covers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from clouds.access import AnyUser
from core.money import ZERO
from core.windows import Window
from costs.allocation.engine import Allocation, Key, Rule, spans_of_rules
from costs.allocation.querysets import TAG_COLUMN
from costs.models import TeamRule
from costs.queries.breakdown import CostBreakdown, breakdown_of, in_one_currency
from costs.queries.coverage import period_before
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.trend import Trend, trend_of

# What the rest is listed by, beside what rules look at.
ALWAYS = "service"


@dataclass(frozen=True, slots=True)
class Uncovered:
    """What no rule covers, by the columns that tell it apart."""

    key: Key
    amount: Decimal


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

    A query per part of the window with the same rules, and four for rules, days and
    the bill's total.
    """
    rules = rules_of(query.window)
    found = allocated(source, query.window, rules, query)
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
    rest = [Uncovered(key, amount) for key, amount in found.uncovered.items()]
    rest.sort(key=lambda one: (-one.amount, one.key))
    bill = source.in_window(query.window).bill_total(query.metric)
    return TeamCosts(trend, found.rules, rest, bill)


def team_breakdown(
    query: CostQuery, user: AnyUser, account_names: Mapping[str, str]
) -> tuple[CostBreakdown, TeamCosts]:
    """Return what a page shows, in one currency, with the period before beside it."""
    query, source, currencies = in_one_currency(query, user)
    found = team_costs(query, source)
    previous = period_before(query.window)
    before = allocated(source, previous, rules_of(previous), query)
    former = {
        team: sum(by_moment.values(), ZERO) for team, by_moment in before.teams.items()
    }
    breakdown = breakdown_of(
        found.trend, former, query, source, user, account_names, currencies
    )
    return breakdown, found


def rules_of(window: Window) -> list[Rule]:
    """Return the rules that are valid on some day of the window, in their order."""
    return TeamRule.objects.valid_with(window.start, window.end).as_rules()


def allocated(
    source: CostSource, window: Window, rules: Sequence[Rule], query: CostQuery
) -> Allocation:
    """Return what rules give to teams of the source's rows.

    Rows are summed by what rules look at, so that a million is few to match.
    """
    found = Allocation()
    for part, valid in spans_of_rules(rules, window):
        columns = columns_of(valid)
        rows = source.in_window(part).by(*columns)
        found.add(
            valid, columns, rows.combinations(columns, query.metric, query.granularity)
        )
    return found


def columns_of(rules: Sequence[Rule]) -> list[str]:
    """Return the columns that these rules look at, of rows that know no tag."""
    looked_at = {column for rule in rules for column in rule.conditions}
    return sorted(
        column for column in {ALWAYS, *looked_at} if not column.startswith(TAG_COLUMN)
    )
