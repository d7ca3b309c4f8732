"""How rows of bills are split for rules: by columns, or by the tag they name."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q

from core.windows import Window
from costs.allocation.engine import Matches, Rows, Rule, spans_of_rules
from costs.allocation.querysets import COLUMNS, TAG_COLUMN
from costs.allocation.rule_sums import sums_by_group
from costs.models import CoveredDay, TagCost, TagDay
from costs.queries.source import CostSource

ROW_COLUMNS = {*COLUMNS.values()}
TAG_COLUMNS = ROW_COLUMNS - {COLUMNS["resource_groups"]}
# By this the rest is listed, whatever rules look at.
SERVICE = COLUMNS["services"]
EVERY = ~Q(pk__in=[])
# More of them are as soon read as looked for.
MOST_VALUES = 1000


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows of some bills on days with the same rules.

    `columns` are those that these rules look at, by their names in conditions, in the
    order of these. The values of a single one are few: all that is asked of them is
    summed once.
    """

    rules: Sequence[Rule]
    columns: Mapping[str, str]
    source: CostSource
    _of_values: list[tuple[str, date, Decimal]] = field(
        default_factory=list, init=False, compare=False
    )

    def sums_by_rule(self, metric: str, granularity: str) -> Rows:
        """Return what each rule matches, and under None what none does."""
        stored = [*self.columns.values()]
        matches = Matches(self.rules, [*self.columns])
        rows = self.source.by(*stored)
        found: Iterable[tuple[Rule | None, date, Decimal]]
        if len(stored) == 1:
            self._of_values[:] = rows.combinations(stored, metric, granularity)
            values = {value for value, _, _ in self._of_values}
            rule_of = {value: matches.of_values([value]) for value in values}
            found = (
                (rule_of[value], period, amount)
                for value, period, amount in self._of_values
            )
        else:
            groups = matches.groups
            found = (
                (matches.of_groups(numbers), period, amount)
                for numbers, period, amount in sums_by_group(
                    rows, stored, groups, metric, granularity
                )
            )
        sums: dict[tuple[int | None, date], Decimal] = defaultdict(Decimal)
        for rule, period, amount in found:
            sums[rule.key if rule else None, period] += amount
        return [(key, period, amount) for (key, period), amount in sums.items()]

    def rest(self, metric: str) -> Iterator[Sequence[Any]]:
        """Yield (a value of each column, and the amount) of what no rule matches."""
        stored = [*self.columns.values()]
        sums: Iterable[Sequence[Any]] = self.source.by(*stored).combined(stored, metric)
        if self._of_values:
            of_value: dict[str, Decimal] = defaultdict(Decimal)
            for value, _, amount in self._of_values:
                of_value[value] += amount
            sums = [*of_value.items()]
        return Matches(self.rules, [*self.columns]).unmatched(sums)

    def by_service(self, metric: str) -> "Cut":
        """Return what tells the rest apart by service too, which rules may not look at.

        Without most of the rows that rules match, and with as few others as may be.
        """
        if SERVICE in self.columns:
            return self
        source = self.source
        rest = [*self.rest(metric)] if self.columns else []
        for at, column in enumerate(self.columns.values()):
            found = {row[at] for row in rest}
            if len(found) <= MOST_VALUES:
                source = source.by_column(column, sorted(found))
        columns = sorted({SERVICE: SERVICE, **self.columns}.items())
        return replace(self, source=source, columns=dict(columns))


def cuts(source: CostSource, window: Window, rules: Iterable[Rule]) -> Iterator[Cut]:
    """Cut the source's rows of the window, each into one, as the rules need it.

    One query where other bills cover days: rows are asked sooner where they have none.
    """
    if source.is_covered:
        covered = CoveredDay.objects.of_stored_rows(window)
        source = replace(source, is_covered=covered.exists())
    for part, valid in spans_of_rules(rules, window):
        looked_at = {name for rule in valid for name in rule.conditions}
        for tag, rows in _by_tag(source.in_window(part), valid):
            known = looked_at & (TAG_COLUMNS if tag else ROW_COLUMNS)
            columns = {name: name for name in sorted(known)}
            yield Cut(valid, columns | ({tag: "tag_value"} if tag else {}), rows)


def _by_tag(
    source: CostSource, rules: Sequence[Rule]
) -> Iterator[tuple[str, CostSource]]:
    """Yield each tag that rules look at with the rows of their bills by that tag.

    And, without a tag, the rows of all other bills, and of days on which the tag of
    theirs was not read.
    """
    for tag, bills in _bills_by_tag(rules).items():
        by_tag = TagCost.objects.filter(bills, tag_key=tag.removeprefix(TAG_COLUMN))
        own = by_tag.filter(account__in=source.bill_spans.values("account"))
        yield tag, replace(source, rows=own, rollups=None)
        same_day = {name: OuterRef(name) for name in ("account", "day", "currency")}
        read = TagDay.objects.filter(bills, tag_key=tag.removeprefix(TAG_COLUMN))
        others = source.rows.filter(~Exists(read.filter(**same_day)))
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
