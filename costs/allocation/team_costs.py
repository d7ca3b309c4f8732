"""What each team pays of the bills, and what no rule covers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from clouds.access import AnyUser
from core.money import ZERO
from core.windows import Window
from costs.allocation.engine import Allocation, Key, Rule, spans_of_rules
from costs.allocation.querysets import COLUMNS, TAG_COLUMN
from costs.models import TagCost, TeamRule
from costs.queries.breakdown import CostBreakdown, breakdown_of, in_one_currency
from costs.queries.coverage import period_before
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.trend import Trend, trend_of

# What the rest is listed by, beside what rules look at.
ALWAYS = COLUMNS["services"]
ROW_COLUMNS = {*COLUMNS.values()}
TAG_COLUMNS = ROW_COLUMNS - {COLUMNS["resource_groups"]}
EVERY = ~Q(pk__in=[])


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
        looked_at = {name for rule in valid for name in rule.conditions}
        for tag, rows in _readings(source.in_window(part), valid):
            known = TAG_COLUMNS if tag else ROW_COLUMNS
            columns = [ALWAYS, *sorted(looked_at & known - {ALWAYS})]
            stored = [*columns, "tag_value"] if tag else columns
            sums = rows.by(*stored).combinations(
                stored, query.metric, query.granularity
            )
            found.add(valid, [*columns, tag] if tag else columns, sums)
    return found


def _readings(
    source: CostSource, rules: Sequence[Rule]
) -> Iterator[tuple[str, CostSource]]:
    """Yield each tag that rules look at with the rows of their bills by that tag.

    And, without a tag, the rows of all other bills, and of days on which the tag of
    theirs was not read. Together they are all rows, each once.
    """
    for tag, bills in _bills_by_tag(rules).items():
        by_tag = TagCost.objects.filter(bills, tag_key=tag.removeprefix(TAG_COLUMN))
        own = by_tag.filter(account__in=source.bill_spans.values("account"))
        yield tag, replace(source, rows=own, rollups=None)
        same_day = {name: OuterRef(name) for name in ("account", "day", "currency")}
        others = source.rows.filter(~Exists(by_tag.filter(**same_day)))
        source = replace(source, rows=others, rollups=None)
    yield "", source


def _bills_by_tag(rules: Iterable[Rule]) -> dict[str, Q]:
    """Return the bills of rules by tag: each bill is of one, as rules are checked."""
    bills: dict[str, Q] = defaultdict(Q)
    for rule in rules:
        accounts = rule.conditions.get(COLUMNS["accounts"])
        of_rule = EVERY if accounts is None else Q(account__account_id__in=accounts)
        for tag in rule.conditions.keys() - ROW_COLUMNS:
            bills[tag] |= of_rule
    return bills
