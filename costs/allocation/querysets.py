"""Which teams and rules a user sees, and rules as the engine takes them."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import QuerySet

from clouds.access import AnyUser, OfAllAccountsQuerySet
from costs.allocation.engine import Rule

if TYPE_CHECKING:
    from costs.allocation.models import TeamRule

# Field of a rule -> the column of a cost row that it is compared with.
COLUMNS = {
    "accounts": "account__account_id",
    "sub_accounts": "sub_account_id",
    "services": "service",
    "resource_groups": "resource_group",
}
# The column of a tag's value, where rows are split by the tag of that key.
TAG_COLUMN = "tag:"


class TeamQuerySet(QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> Self:
        """Return all: a team is of no account."""
        return self


class TeamRuleQuerySet(OfAllAccountsQuerySet):
    """Rules decide over every account, and name some."""

    def valid_with(self, first: date | None, end: date | None) -> Self:
        """Return those that are valid on some day of a period; None is open."""
        rules = self
        if first is not None:
            rules = rules.exclude(valid_until__lte=first)
        return rules if end is None else rules.exclude(valid_from__gte=end)

    def as_rules(self) -> list[Rule]:
        """Return them as the engine takes them. Two queries."""
        found = self.order_by("position", "id").prefetch_related("shares__team")
        return [
            Rule(
                rule.pk,
                conditions_of(rule),
                {share.team.name: share.percent for share in rule.shares.all()},
                rule.valid_from,
                rule.valid_until,
            )
            for rule in found
        ]


def conditions_of(rule: "TeamRule") -> Mapping[str, frozenset[str]]:
    """Return the values of each column that the rule looks at."""
    wanted = {column: getattr(rule, name) for name, column in COLUMNS.items()}
    if rule.tag_key:
        wanted[TAG_COLUMN + rule.tag_key] = rule.tag_values
    return {column: frozenset(values) for column, values in wanted.items() if values}
