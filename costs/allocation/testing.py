"""Teams and rules for tests."""

from decimal import Decimal
from typing import Any

from costs.models import Team, TeamRule


def team_rule(position: int = 10, *, to: dict[str, str], **values: Any) -> TeamRule:
    """Add a rule that gives to these teams, such as {"Shop": "60", "Data": "40"}."""
    rule = TeamRule.objects.create(name=f"rule {position}", position=position, **values)
    for name, percent in to.items():
        team, _ = Team.objects.get_or_create(name=name)
        rule.shares.create(team=team, percent=Decimal(percent))
    return rule
