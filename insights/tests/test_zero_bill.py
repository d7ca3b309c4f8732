"""A bill of zeros is known: nothing is expected of it, and nothing fails."""

import pytest

from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import close
from insights.models import Anomaly, Recommendation
from insights.refresh.refresh_all import refresh

pytestmark = pytest.mark.django_db


def test_an_account_without_charges_is_refreshed_without_a_failure() -> None:
    owner = account()
    close(owner, *last_complete_days(120, NOW).days())
    outcomes = refresh([owner, None], NOW)
    assert [failure for one in outcomes for failure in one.failures] == []
    assert not Anomaly.objects.exists()
    assert not Recommendation.objects.exists()
