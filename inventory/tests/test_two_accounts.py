"""A region of one account says nothing about the same region of another one."""

from datetime import datetime, timedelta

import pytest

from clouds.models import CloudAccount
from clouds.testing import account
from inventory.models import Instance, StateChange
from inventory.store import mark_other_regions_gone, store_region
from providers.records import InstanceRecord, RegionResources
from syncs.datasets import Dataset
from syncs.testing import run

pytestmark = pytest.mark.django_db
REGION = "eu-west-1"
HOUR = timedelta(hours=1)


def machine(state: str) -> InstanceRecord:
    return InstanceRecord(
        resource_id="i-1", region=REGION, state=state, instance_type="m6i.large"
    )


def store(owner: CloudAccount, at: datetime, *instances: InstanceRecord) -> None:
    sync = run(owner, Dataset.INSTANCES, at)
    store_region(sync, RegionResources(REGION, instances))


@pytest.fixture
def mine(now: datetime) -> CloudAccount:
    """One of two accounts, each of which has a machine of this id."""
    mine, other = account(1, "mine"), account(2, "other")
    store(mine, now, machine("running"))
    store(other, now, machine("stopped"))
    return mine


def gone() -> list[str]:
    of_gone = Instance.objects.filter(gone_since__isnull=False)
    return list(of_gone.values_list("account__name", flat=True))


@pytest.mark.usefixtures("mine")
def test_a_machine_of_another_account_is_another_one() -> None:
    changes = StateChange.objects.values_list("field", "old_value", "new_value")
    assert set(changes) == {("state", "", "running"), ("state", "", "stopped")}


def test_a_machine_that_is_missing_is_gone_from_its_own_account(
    mine: CloudAccount, now: datetime
) -> None:
    store(mine, now + HOUR)
    assert gone() == ["mine"]


def test_a_region_that_is_left_out_is_left_out_of_its_own_account(
    mine: CloudAccount, now: datetime
) -> None:
    sync = run(mine, Dataset.INSTANCES, now + HOUR)
    mark_other_regions_gone(sync, ["us-east-1"])
    assert gone() == ["mine"]
