"""Which team pays for what: the first rule that matches, and the shares that it gives.

Plain Python: rows in, amounts per team out, which sum to the rows exactly.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Any, TypeVar

from core.money import QUANTUM, ZERO
from core.windows import Window

# What no rule covers is summed under this name.
NOT_ALLOCATED = "(not allocated)"
WHOLE = Decimal(100)

R = TypeVar("R", bound=Sequence[Any])
Rows = Iterable[tuple[int | None, date, Decimal]]
"""The rule that rows match first, the period, and what they cost."""
Amounts = dict[date, Decimal]
GroupedValues = dict[str, int]
"""Values of a column, and the number of the group of each."""
# (column, value) of each column that tells costs apart.
Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Gives what meets all its conditions to teams, on the days on which it is valid.

    `conditions` are the values of a column that meet it; a column that a row lacks
    meets none. `shares` are percents of teams, which sum to 100.
    """

    key: int
    conditions: Mapping[str, frozenset[str]]
    shares: Mapping[str, Decimal]
    valid_from: date | None = None
    valid_until: date | None = None

    def is_valid_on(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day < self.valid_until)

    def matches(self, values: Mapping[str, str]) -> bool:
        return all(
            values.get(column) in allowed for column, allowed in self.conditions.items()
        )


@dataclass(frozen=True, slots=True)
class Allocation:
    """What each team pays per period, and what each rule gave."""

    teams: dict[str, Amounts] = field(default_factory=lambda: defaultdict(dict))
    rules: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, rules: Iterable[Rule], rows: Rows) -> None:
        """Add what rules match, and what none does, which is not allocated."""
        shares = {rule.key: rule.shares for rule in rules}
        for rule, period, amount in rows:
            if rule is None:
                self._pay(NOT_ALLOCATED, period, amount)
                continue
            self.rules[rule] += amount
            for team, part in split(amount, shares[rule]).items():
                self._pay(team, period, part)

    def _pay(self, team: str, period: date, amount: Decimal) -> None:
        amounts = self.teams[team]
        amounts[period] = amounts.get(period, ZERO) + amount


class Matches:
    """The first rule that values of the columns meet.

    Values of a column that the same rules name are one group; group 0 is named by none.
    A rule that looks at another column matches nothing.
    """

    def __init__(self, rules: Iterable[Rule], columns: Sequence[str]) -> None:
        self.rules = [one for one in rules if one.conditions.keys() <= {*columns}]
        self.columns = columns
        self.groups: list[GroupedValues] = []
        self._named: list[list[frozenset[int]]] = []
        for column in columns:
            numbers: dict[frozenset[int], int] = {frozenset(): 0}
            rules_of = self._rules_of(column)
            self.groups.append(
                {
                    value: numbers.setdefault(frozenset(keys), len(numbers))
                    for value, keys in rules_of.items()
                }
            )
            self._named.append([*numbers])
        self._found: dict[tuple[int, ...], Rule | None] = {}

    def of_values(self, values: Iterable[str]) -> Rule | None:
        """Return the rule of a value of each column."""
        both = zip(self.groups, values, strict=True)
        return self.of_groups(tuple(of.get(value, 0) for of, value in both))

    def unmatched(self, rows: Iterable[R]) -> Iterator[R]:
        """Yield the rows, which begin with a value of each column, that no rule
        matches."""
        groups, found = self.groups, self._found
        for row in rows:
            # A list is sooner made than a generator, and there may be many rows.
            key = tuple([of.get(value, 0) for of, value in zip(groups, row)])  # noqa: B905
            if (found[key] if key in found else self.of_groups(key)) is None:
                yield row

    def of_groups(self, groups: tuple[int, ...]) -> Rule | None:
        """Return the rule of a group of each column."""
        if groups not in self._found:
            named = [of[at] for of, at in zip(self._named, groups, strict=True)]
            by_column = dict(zip(self.columns, named, strict=True))
            matching = (
                rule
                for rule in self.rules
                if all(rule.key in by_column[name] for name in rule.conditions)
            )
            self._found[groups] = next(matching, None)
        return self._found[groups]

    def _rules_of(self, column: str) -> dict[str, set[int]]:
        """Return the keys of the rules that name each value of the column."""
        found: dict[str, set[int]] = defaultdict(set)
        for rule in self.rules:
            for value in sorted(rule.conditions.get(column, ())):
                found[value].add(rule.key)
        return found


def split(amount: Decimal, shares: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Split an amount by percents, so that the parts sum to it to the last decimal.

    By the largest remainder (Hamilton's method): each part is rounded down to the last
    decimal that is stored, and those that lost most get one more of it, equal ones in
    the order of their names.
    """
    if len(shares) == 1:
        return dict.fromkeys(shares, amount)
    exact = {team: amount * percent / WHOLE for team, percent in shares.items()}
    parts = {team: one.quantize(QUANTUM, ROUND_FLOOR) for team, one in exact.items()}
    missing = int((amount - sum(parts.values())) / QUANTUM)
    losses = sorted(exact, key=lambda team: (parts[team] - exact[team], team))
    for team in losses[:missing]:
        parts[team] += QUANTUM
    return parts


def spans_of_rules(
    rules: Iterable[Rule], window: Window
) -> list[tuple[Window, list[Rule]]]:
    """Cut the window where a rule begins or ends; with the rules valid in each part."""
    rules = list(rules)
    limits = {day for rule in rules for day in (rule.valid_from, rule.valid_until)}
    days = [window.start, *(day for day in limits if day and day in window), window.end]
    parts = [Window(*both) for both in pairwise(sorted(set(days)))]
    return [
        (part, [rule for rule in rules if rule.is_valid_on(part.start)])
        for part in parts
    ]
