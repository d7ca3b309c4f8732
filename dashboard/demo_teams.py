"""The teams of the invented company, and the rules by which its costs are theirs."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from costs.models import Team, TeamRule
from providers.demo.company import ACCOUNT_IDS
from providers.demo.services import SUPPORT, TAX

TAG_KEY = "team"
# Rule -> values of the tag, and the team.
BY_TAG = {
    "Shop and search": (["shop", "search"], "Shop"),
    "Data platform": (["data"], "Data platform"),
    "Stores": (["stores", "stock"], "Stores"),
    "Finance": (["finance"], "Finance"),
    "Operations": (["ops"], "Operations"),
}
# Rule -> services that nobody tags, and in which parts they are shared.
SHARED: Mapping[str, tuple[list[str], Mapping[str, str]]] = {
    "Monitoring and keys": (
        ["AmazonCloudWatch", "AWS Key Management Service", "Azure Monitor"],
        {"Operations": "100"},
    ),
    "Support and tax": (
        [SUPPORT, TAX],
        {"Shop": "50", "Data platform": "30", "Stores": "20"},
    ),
}


@transaction.atomic
def add_teams() -> None:
    """Add them, unless somebody made rules."""
    if TeamRule.objects.exists():
        return
    for name, (values, team) in BY_TAG.items():
        _add(name, {team: "100"}, tag_key=TAG_KEY, tag_values=values)
    for name, (services, shares) in SHARED.items():
        _add(name, shares, services=services)


def _add(name: str, shares: Mapping[str, str], **conditions: object) -> None:
    position = 10 * (TeamRule.objects.count() + 1)
    rule = TeamRule(name=name, position=position, accounts=_accounts(), **conditions)
    rule.full_clean()
    rule.save()
    for team_name, percent in shares.items():
        team, _ = Team.objects.get_or_create(name=team_name)
        rule.shares.create(team=team, percent=Decimal(percent))


def has_rule_of(team: str) -> bool:
    """Return whether one of these rules gives costs to the team."""
    rules = TeamRule.objects.filter(accounts=_accounts())
    return rules.filter(shares__team__name=team).exists()


@transaction.atomic
def remove_teams() -> None:
    """Delete rules that are about nothing but the company, and teams without any."""
    TeamRule.objects.filter(accounts=_accounts()).delete()
    names = [team for _, team in BY_TAG.values()]
    Team.objects.filter(name__in=names, shares=None).delete()


def _accounts() -> list[str]:
    return list(ACCOUNT_IDS.values())
