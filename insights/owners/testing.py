"""Rules of owners for tests."""

from typing import Any

from django.contrib.auth.models import User

from insights.models import OwnerRule


def owner_rule(owner: User, position: int = 10, **conditions: Any) -> OwnerRule:
    rule = OwnerRule(owner=owner, position=position, **conditions)
    rule.full_clean()
    rule.save()
    return rule
