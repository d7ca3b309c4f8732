"""Whose something is by the rules: the first one that matches it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clouds.models import CloudAccount
from clouds.registry import CLOUDS
from core.windows import ONE_DAY, utc_day
from costs.allocation.engine import WHOLE, Matches
from costs.allocation.querysets import COLUMNS, TAG_COLUMN
from costs.models import TeamRule
from insights.models import Anomaly, Budget, OwnerRule
from inventory.models import Resource

# An anomaly of a bill has the tag of what more than this share of it comes from.
MOST = 0.5


@dataclass(frozen=True, slots=True)
class Traits:
    """What rules look at; what is unknown meets no condition."""

    account: CloudAccount | None = None
    service: str = ""
    resource_group: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    team: str = ""
    """Whose it is, whatever the rules of teams say."""


class OwnerRules:
    """The rules of owners and teams as they are now, in their order. Three queries."""

    def __init__(self, now: datetime) -> None:
        self.rules = list(OwnerRule.objects.select_related("team"))
        day = utc_day(now)
        team_rules = TeamRule.objects.valid_with(day, day + ONE_DAY).as_rules()
        looked_at = {name for rule in team_rules for name in rule.conditions}
        tags = {name for name in looked_at if name.startswith(TAG_COLUMN)}
        self.columns = [*COLUMNS.values(), *sorted(tags)]
        self.team_rules = Matches(team_rules, self.columns)

    def owner_of(self, traits: Traits) -> int | None:
        """Return the key of the owner; None where no rule matches."""
        team = self.team_of(traits)
        matching = (rule for rule in self.rules if _matches(rule, traits, team))
        rule = next(matching, None)
        return rule.owner_id if rule else None

    def teams_of(self, traits: Traits) -> Collection[str]:
        """Return the teams that pay for it."""
        return tuple(self._shares_of(traits))

    def team_of(self, traits: Traits) -> str:
        """Return the team that pays the largest share of it; "" without one."""
        shares = self._shares_of(traits)
        return max(shares, key=lambda name: (shares[name], name), default="")

    def _shares_of(self, traits: Traits) -> Mapping[str, Any]:
        if traits.team:
            return {traits.team: WHOLE}
        if not self.team_rules.rules:
            return {}
        values = _bill_columns(traits)
        rule = self.team_rules.of_values(values.get(name, "") for name in self.columns)
        return rule.shares if rule else {}


def _matches(rule: OwnerRule, traits: Traits, team: str) -> bool:
    account = traits.account.pk if traits.account else None
    if rule.account_id and rule.account_id != account:
        return False
    if rule.team and rule.team.name != team:
        return False
    if not rule.tag_key:
        return True
    value = traits.tags.get(rule.tag_key)
    return value is not None and rule.tag_value in ("", value)


def _bill_columns(traits: Traits) -> dict[str, str]:
    """Return what a row of its bill would hold, by the columns that rules compare."""
    bill = traits.account and (traits.account.payer or traits.account)
    return {
        COLUMNS["accounts"]: bill.account_id if bill else "",
        COLUMNS["sub_accounts"]: traits.account.account_id if traits.account else "",
        COLUMNS["services"]: traits.service,
        COLUMNS["resource_groups"]: traits.resource_group,
        **{TAG_COLUMN + key: value for key, value in traits.tags.items()},
    }


def traits_of_resource(row: Resource) -> Traits:
    service = CLOUDS[row.account.provider].services.get(row.kind, "")
    return Traits(row.account, service, row.resource_group, row.tags)


def traits_of_anomaly(row: Anomaly, accounts: Mapping[str, CloudAccount]) -> Traits:
    """`accounts` are by id: a payer's bill names those that used it."""
    user = accounts.get(row.sub_account_id, row.account)
    tags = {row.tag_key: row.tag_value} if row.tag_key else _largest_tags(row)
    return Traits(user, row.service, tags=tags)


def _largest_tags(row: Anomaly) -> dict[str, str]:
    """Return by key the value that most of it comes from."""
    return {
        cause["key"]: cause["value"]
        for cause in row.tag_causes
        if cause["value"] and cause["share"] > MOST
    }


def traits_of_budget(row: Budget) -> Traits:
    if row.scope == Budget.Scope.TAG:
        return Traits(row.account, tags=dict([row.tag]))
    if row.scope == Budget.Scope.TEAM:
        return Traits(team=row.key)
    service = row.key if row.scope == Budget.Scope.SERVICE else ""
    return Traits(row.account, service)


def accounts_by_id(rows: Sequence[Anomaly]) -> dict[str, CloudAccount]:
    """Return the accounts that these name as their users, with who pays."""
    wanted = {row.sub_account_id for row in rows} - {""}
    found = CloudAccount.objects.filter(account_id__in=wanted).select_related("payer")
    return {one.account_id: one for one in found}
