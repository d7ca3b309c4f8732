"""How rows of bills are split for rules: by columns, or by the tag they name."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from django.db.models import Exists, OuterRef, Q

from core.windows import Window
from costs.allocation.engine import Key, Rule, spans_of_rules
from costs.allocation.querysets import COLUMNS, TAG_COLUMN
from costs.models import TagCost
from costs.queries.source import CostSource

ROW_COLUMNS = {*COLUMNS.values()}
TAG_COLUMNS = ROW_COLUMNS - {COLUMNS["resource_groups"]}
EVERY = ~Q(pk__in=[])
# More of them are as soon read as looked for.
MOST_VALUES = 1000


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows of some bills on days with the same rules.

    `columns` are those that these rules look at, by their names in conditions.
    """

    rules: Sequence[Rule]
    columns: Mapping[str, str]
    source: CostSource

    def with_values(self, keys: Iterable[Key]) -> "Cut":
        """Return the rows that these keys may be of, which may be some more."""
        values: dict[str, set[str]] = defaultdict(set)
        for name, value in chain.from_iterable(keys):
            values[name].add(value)
        source = self.source
        for name, column in self.columns.items():
            if len(values[name]) <= MOST_VALUES:
                source = source.by_column(column, sorted(values[name]))
        return replace(self, source=source)

    def sums(self, metric: str, granularity: str) -> Iterable[Sequence[Any]]:
        """Return a value of each column, the period, and what it cost."""
        stored = [*self.columns.values()]
        return self.source.by(*stored).combinations(stored, metric, granularity)


def cuts(source: CostSource, window: Window, rules: Iterable[Rule]) -> Iterator[Cut]:
    """Cut the source's rows of the window, each into one, as the rules need it."""
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
