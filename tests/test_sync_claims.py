"""One run holds the slot of an account's dataset; who lost it stores nothing."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import ACCOUNT, OTHER, charge, june, machine
from core.testing.forks import fork
from core.testing.processes import shared_database
from costs.sync import read_cost, sync_cost
from inventory.sync import read_resources, sync_ec2
from metrics.sync import read_metrics, sync_cpu
from syncs.datasets import Dataset
from syncs.models import ApiUsage, SyncRun, Watermark
from syncs.runs.claims import Refused, SlotTaken, claim, take
from tests.claim_side_by_side import claim_side_by_side
from tests.stored_rows import stored

pytestmark = pytest.mark.on_each_database

HOUR = timedelta(hours=1)
Body = Callable[[SyncRun], SyncRun]
BODIES: list[tuple[Dataset, Body]] = [
    (Dataset.INSTANCES, read_resources),
    (Dataset.COST, read_cost),
    (Dataset.CPU, read_metrics),
]


@pytest.fixture
def mine(aws: EmulatedAws) -> CloudAccount:
    aws.world().add_costs([charge(june(day), "5") for day in (1, 19)])
    aws.world().add_instance(machine("i-1"))
    return aws_account(regions=["eu-west-1"])


@pytest.mark.django_db(transaction=True)
def test_of_threads_that_claim_at_once_one_wins(
    mine: CloudAccount, tmp_path: Path
) -> None:
    with shared_database(tmp_path) as url:
        claiming = fork(url, claim_side_by_side)
        assert claiming.wait() == 0, claiming.log()
    assert json.loads(claiming.output()) == ["taken"] * 7 + ["won"]
    assert SyncRun.objects.get().status == "running"


@pytest.mark.django_db
def test_a_held_slot_is_reported_with_who_holds_it(
    mine: CloudAccount, now: datetime
) -> None:
    held = claim(mine, Dataset.COST, now)
    with pytest.raises(SlotTaken, match=f"run {held.pk} is already running since"):
        sync_cost(mine, now)
    # Other datasets and accounts have slots of their own.
    claim(mine, Dataset.CPU, now)
    claim(aws_account(OTHER), Dataset.COST, now)


@pytest.mark.django_db
def test_a_queued_run_holds_its_slot_and_is_taken_once(
    mine: CloudAccount, now: datetime
) -> None:
    queued = claim(mine, Dataset.COST, now, status=SyncRun.Status.QUEUED)
    with pytest.raises(SlotTaken):
        claim(mine, Dataset.COST, now)
    taken = take(queued.pk, now + HOUR)
    assert taken is not None
    assert (taken.status, taken.started_at) == ("running", now + HOUR)
    assert take(queued.pk, now + HOUR) is None


@pytest.mark.django_db
def test_an_abandoned_run_is_freed_only_after_its_time(
    mine: CloudAccount, now: datetime, settings: Settings
) -> None:
    settings.RUN_ABANDONED_AFTER_SECONDS = 600
    dead = claim(mine, Dataset.COST, now)
    with pytest.raises(SlotTaken):
        sync_cost(mine, now + timedelta(seconds=600))
    run = sync_cost(mine, now + timedelta(seconds=601))
    assert run.status == "succeeded"
    dead.refresh_from_db()
    assert (dead.status, dead.finished_at) == ("abandoned", run.started_at)
    assert "its process was ended" in dead.error


@pytest.mark.django_db
@pytest.mark.parametrize(("dataset", "body"), BODIES)
def test_who_was_taken_for_dead_and_wakes_up_stores_nothing(
    mine: CloudAccount, now: datetime, dataset: Dataset, body: Body
) -> None:
    if dataset == Dataset.CPU:
        sync_ec2(mine, now)
    sleeper = claim(mine, dataset, now)
    heir = claim(mine, dataset, now + HOUR)
    before = stored()
    assert body(sleeper).status == "abandoned"
    assert stored() == before
    heir.refresh_from_db()
    assert heir.status == "running"


@pytest.mark.django_db
@pytest.mark.parametrize(("sync", "lost_at"), [(sync_cost, 3), (sync_cpu, 1)])
def test_who_loses_the_slot_while_reading_stores_nothing(
    mine: CloudAccount,
    now: datetime,
    sync: Callable[..., SyncRun],
    lost_at: int,
) -> None:
    sync_ec2(mine, now)
    before, said = stored(), []

    def lose_it(sentence: str) -> None:
        said.append(sentence)
        if len(said) == lost_at:
            SyncRun.objects.abandon(now + HOUR, timedelta(0))

    run = sync(mine, now, on_progress=lose_it)
    assert run.status == "abandoned"
    assert stored() == before
    assert not Watermark.objects.filter(dataset=run.dataset).exists()
    assert sync(mine, now + HOUR).status == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_an_account_that_is_removed_meanwhile_is_refused(
    mine: CloudAccount, now: datetime
) -> None:
    CloudAccount.objects.filter(account_id=ACCOUNT).delete()
    with pytest.raises(Refused, match="was removed"):
        sync_cpu(mine, now)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("sync", "removed_at"), [(sync_cost, 3), (sync_cpu, 1)])
def test_an_account_that_is_removed_while_it_is_read_leaves_nothing(
    mine: CloudAccount, now: datetime, sync: Callable[..., SyncRun], removed_at: int
) -> None:
    sync_ec2(mine, now)
    said: list[str] = []

    def remove(sentence: str) -> None:
        said.append(sentence)
        if len(said) == removed_at:
            CloudAccount.objects.filter(account_id=ACCOUNT).delete()

    ended = sync(mine, now, on_progress=remove)
    assert (ended.status, ended.error) == (
        "abandoned",
        f"{mine} was removed meanwhile.",
    )
    assert len(said) >= removed_at
    assert not SyncRun.objects.filter(account__account_id=ACCOUNT).exists()
    assert not ApiUsage.objects.filter(account__account_id=ACCOUNT).exists()
