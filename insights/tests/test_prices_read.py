"""List prices are asked for once a week, those that are not sold among them."""

from datetime import datetime, timedelta

import pytest

from clouds.testing import account
from core.testing.clock import NOW
from insights.models import InstancePrice
from insights.refresh.run import refresh
from inventory.testing import instance
from syncs.models import ApiUsage, CloudAccount

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> CloudAccount:
    owner = account(11)  # production of the demo company
    CloudAccount.objects.update(provider="demo")
    owner.refresh_from_db()
    # Successors of it are not sold there.
    instance(owner, "web", instance_type="m5.large", last_seen_at=NOW)
    return owner


def asked_at(owner: CloudAccount, now: datetime) -> int:
    """How often prices were asked for in all, after a refresh at that time."""
    refresh([owner], now)
    rows = ApiUsage.objects.filter(operation="GetProducts")
    return sum(row.requests for row in rows)


def test_they_are_asked_for_once_a_week(owner: CloudAccount) -> None:
    assert asked_at(owner, NOW) == 1
    assert not InstancePrice.objects.filter(instance_type__startswith="m8i").exists()
    assert asked_at(owner, NOW + timedelta(hours=1)) == 1
    assert asked_at(owner, NOW + timedelta(days=6)) == 1
    assert asked_at(owner, NOW + timedelta(days=8)) == 2


def test_a_new_kind_of_machine_is_asked_for_at_once(owner: CloudAccount) -> None:
    assert asked_at(owner, NOW) == 1
    instance(owner, "search", instance_type="r6i.large", last_seen_at=NOW)
    assert asked_at(owner, NOW + timedelta(hours=1)) == 2
    assert InstancePrice.objects.filter(instance_type="r6i.large").exists()
