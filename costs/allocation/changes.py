"""How rules are changed: with an audit entry, and new answers from then on."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from rest_framework.request import Request

from clouds.models import SharedVersion
from clouds.versions import bump_shared_version
from costs.models import Team, TeamRule
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
    rule: TeamRule, shares: Mapping[Team, Decimal], request: HttpRequest | Request
) -> None:
    """Add or change a rule with all its shares, which sum to 100."""
    before = TeamRule.objects.filter(pk=rule.pk).first()
    shares_before = [str(share) for share in before.shares.all()] if before else []
    rule.save()
    rule.shares.exclude(team__in=shares).delete()
    for team, percent in shares.items():
        rule.shares.update_or_create(team=team, defaults={"percent": percent})
    changes: dict[str, Any] = {**values_changed(before, rule, FIELDS)}
    shares_now = [str(share) for share in rule.shares.select_related("team")]
    if shares_now != shares_before:
        changes["shares"] = [shares_before, shares_now]
    action = "change" if before else "add"
    record(request, f"teamrule.{action}", rule, **changes)
    bump_shared_version(TEAMS)


def teams_version() -> str:
    """Return the version of all teams and rules."""
    found = SharedVersion.objects.filter(subject=TEAMS).values_list("version")
    return str(found.first())


def wrong_sum(percents: list[Decimal]) -> str:
    """Return what is wrong with the percents of a rule's shares; empty: nothing."""
    total = sum(percents, Decimal(0))
    if total == 100:
        return ""
    return f"The shares sum to {total.normalize():f}%; they must sum to 100%."
