"""Whose something is by the rules: the first one that matches it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from clouds.models import CloudAccount
from clouds.registry import CLOUDS
from core.windows import ONE_DAY, utc_day
from costs.allocation.engine import Matches
from costs.allocation.querysets import COLUMNS, TAG_COLUMN
from costs.models import TeamRule
from insights.models import Anomaly, Budget, OwnerRule
from inventory.models import Resource


@dataclass(frozen=True, slots=True)
class Traits:
    """What rules look at; what is unknown meets no condition."""

    account: CloudAccount | None = None
    service: str = ""
    resource_group: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


class TeamRules:
    """Which team pays for what by the rules of now. Two queries."""

    def __init__(self, now: datetime) -> None:
        day = utc_day(now)
        rules = TeamRule.objects.valid_with(day, day + ONE_DAY).as_rules()
        looked_at = {name for rule in rules for name in rule.conditions}
        tags = {name for name in looked_at if name.startswith(TAG_COLUMN)}
        self.columns = [*COLUMNS.values(), *sorted(tags)]
        self.matches = Matches(rules, self.columns)

    def team_of(self, traits: Traits) -> str:
        """Return the team that pays the largest share of it; "" without one."""
        values = _bill_columns(traits)
        rule = self.matches[tuple(values.get(name, "") for name in self.columns)]
        if rule is None:
            return ""
        return max(rule.shares, key=lambda name: (rule.shares[name], name))


class OwnerRules:
    """The rules as they are now, in their order. Three queries."""

    def __init__(self, now: datetime) -> None:
        self.rules = list(OwnerRule.objects.select_related("team"))
        has_teams = any(rule.team_id for rule in self.rules)
        self.teams = TeamRules(now) if has_teams else None

    def owner_of(self, traits: Traits) -> int | None:
        """Return the key of the owner; None where no rule matches."""
        team = self.teams.team_of(traits) if self.teams else ""
        matching = (rule for rule in self.rules if _matches(rule, traits, team))
        rule = next(matching, None)
        return rule.owner_id if rule else None


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
    tags = {row.tag_key: row.tag_value} if row.tag_key else {}
    return Traits(user, row.service, tags=tags)


def traits_of_budget(row: Budget) -> Traits:
    if row.scope == Budget.Scope.TAG:
        return Traits(row.account, tags=dict([row.tag]))
    service = row.key if row.scope == Budget.Scope.SERVICE else ""
    return Traits(row.account, service)


def accounts_by_id(rows: Sequence[Anomaly]) -> dict[str, CloudAccount]:
    """Return the accounts that these name as their users, with who pays."""
    wanted = {row.sub_account_id for row in rows} - {""}
    found = CloudAccount.objects.filter(account_id__in=wanted).select_related("payer")
    return {one.account_id: one for one in found}
