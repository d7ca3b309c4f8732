"""How rules are changed: with an audit entry, and new answers from then on."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from clouds.models import SharedVersion
from clouds.versions import bump_shared_version
from costs.models import Team, TeamRule, TeamShare
from users.audit import record
from users.changes import values_changed

# The subject of the version that every change of a team or rule moves.
TEAMS = "teams"
# Held by who checks rules against one another, until theirs is stored.
RULES = "costs_teamrule"
FIELDS = (
    *("name", "position", "valid_from", "valid_until", "accounts", "sub_accounts"),
    *("services", "resource_groups", "tag_key", "tag_values"),
)


@transaction.atomic
def save_rule(
    rule: TeamRule, shares: Mapping[Team, Decimal], request: HttpRequest
) -> None:
    """Add or change a rule with all its shares, which sum to 100."""
    before = TeamRule.objects.filter(pk=rule.pk).first()
    shares_before = _shares_of(rule)
    rule.save()
    rule.shares.exclude(team__in=shares).delete()
    for team, percent in shares.items():
        rule.shares.update_or_create(team=team, defaults={"percent": percent})
    changes: dict[str, Any] = {**values_changed(before, rule, FIELDS)}
    shares_now = _shares_of(rule)
    if shares_now != shares_before:
        changes["shares"] = [shares_before, shares_now]
    action = "change" if before else "add"
    record(request, f"teamrule.{action}", rule, **changes)
    bump_shared_version(TEAMS)


def _shares_of(rule: TeamRule) -> list[str]:
    shares = TeamShare.objects.filter(rule=rule.pk).select_related("team")
    return [str(share) for share in shares]


def teams_version() -> str:
    """Return the version of all teams and rules."""
    found = SharedVersion.objects.filter(subject=TEAMS).values_list("version")
    return str(found.first())
