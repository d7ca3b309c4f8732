"""A verdict is looked at until it is final and its bill has settled."""

from datetime import timedelta

import pytest

from clouds.testing import account
from core.testing.clock import NOW
from insights.models import Verification
from insights.recommendations.store import unverified
from insights.testing import recommendation
from inventory.testing import instance

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("status", "days", "is_looked_at"),
    [
        ("pending", 400, True),
        ("realized", 34, True),
        ("realized", 35, False),
        ("not_realized", 34, True),
        ("not_realized", 400, False),
    ],
)
def test_a_final_one_is_not_looked_at_again_after_five_weeks(
    status: str, days: int, is_looked_at: bool
) -> None:
    owner = account()
    done_at = NOW - timedelta(days=days)
    row = recommendation(owner, instance(owner, "web"), status="done", done_at=done_at)
    Verification.objects.create(recommendation=row, status=status, checked_at=NOW)
    assert unverified(owner, NOW) == ([row] if is_looked_at else [])
    assert unverified(account(2, "other"), NOW) == []
