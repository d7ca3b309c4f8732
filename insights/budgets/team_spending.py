"""What teams spend per day, by the rules that give costs to them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property

from core.windows import Window
from costs.allocation.cuts import cuts
from costs.allocation.engine import Rule
from costs.allocation.team_costs import allocated, rules_of
from costs.queries.source import CostSource


class TeamSpending:
    """The billed costs of teams in a window; those of a currency are read once,
    however many teams ask."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self._of_currency: dict[str, Mapping[str, Mapping[date, Decimal]]] = {}

    @cached_property
    def _rules(self) -> Sequence[Rule]:
        return rules_of(self.window)

    def has_rule_of(self, team: str) -> bool:
        """Return whether a rule gives costs to it on some day of the window."""
        return any(team in rule.shares for rule in self._rules)

    def per_day(self, team: str, currency: str) -> Mapping[date, Decimal]:
        if currency not in self._of_currency:
            source = CostSource.of_all_accounts().in_currency(currency)
            parts = cuts(source, self.window, self._rules)
            self._of_currency[currency] = allocated(parts, "billed", "daily").teams
        return self._of_currency[currency].get(team, {})
