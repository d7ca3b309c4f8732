"""How rows of bills are split for rules: by columns, or by the tag they name."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When

from core.windows import Window
from costs.allocation.engine import Key, Rows, Rule, spans_of_rules
from costs.allocation.querysets import COLUMNS, TAG_COLUMN
from costs.models import TagCost
from costs.queries.source import CostSource
from costs.querysets import DailyCostQuerySet

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

    `columns` are those that these rules look at, by their names in conditions.
    """

    rules: Sequence[Rule]
    columns: Mapping[str, str]
    source: CostSource

    def sums_by_rule(self, metric: str, granularity: str) -> Rows:
        """Return what each rule matches, and under None what none does.

        The database matches, as there may be a million combinations of values.
        """
        return self._rows().combinations(["rule"], metric, granularity)

    def rest(self, metric: str) -> Iterator[tuple[Key, Decimal]]:
        """Yield what no rule matches, by the columns that these rules look at."""
        names, stored = self.columns.keys(), [*self.columns.values()]
        for *values, amount in self._rows().filter(rule=None).combined(stored, metric):
            yield tuple(sorted(zip(names, values, strict=True))), amount

    def by_service(self, metric: str) -> "Cut":
        """Return what tells the rest apart by service too, which rules may not look at.

        Without most of the rows that rules match, and with as few others as may be.
        """
        if SERVICE in self.columns:
            return self
        values: dict[str, set[str]] = defaultdict(set)
        if self.columns:
            keys = (key for key, _ in self.rest(metric))
            for name, value in chain.from_iterable(keys):
                values[name].add(value)
        source = self.source
        for name, column in self.columns.items():
            if len(values[name]) <= MOST_VALUES:
                source = source.by_column(column, sorted(values[name]))
        columns = {SERVICE: SERVICE, **self.columns}
        return replace(self, source=source, columns=columns)

    def _rows(self) -> DailyCostQuerySet:
        """Return the rows or sums with the key of the first rule that they match."""
        matched = self.source.by(*self.columns.values())
        return matched.annotate(rule=self._first_match())

    def _first_match(self) -> Case:
        whens: list[When] = []
        for rule in self.rules:
            if not rule.conditions:
                return Case(*whens, default=Value(rule.key))
            # A column that rows lack meets no condition.
            if rule.conditions.keys() <= self.columns.keys():
                meets = {
                    f"{self.columns[name]}__in": sorted(allowed)
                    for name, allowed in rule.conditions.items()
                }
                whens.append(When(**meets, then=Value(rule.key)))
        return Case(*whens, default=None, output_field=IntegerField())


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
