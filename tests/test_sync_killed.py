"""A run that is killed in the middle: the next one leaves what was to be left."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator.builders import USED, charge, machine
from core.testing.aws_emulator.halting import HaltingAws
from core.testing.forks import command, finish
from core.testing.processes import QUICK, shared_database
from core.testing.stored import Rows
from core.testing.waiting import wait_until
from costs.models import CostTotal, DailyCost, Restatement
from costs.sync import sync_cost
from inventory.models import Instance
from inventory.sync import sync_ec2
from metrics.models import CpuMetric
from metrics.sync import sync_cpu
from syncs.datasets import Dataset
from syncs.models import SyncRun, Watermark
from syncs.testing import OF_AWS
from tests.halted_inserts import halt_inserts, let_inserts_pass, wait_until_inserting
from tests.stored_rows import stored

pytestmark = pytest.mark.django_db(transaction=True)
MACHINES = 100  # whose metrics take two calls


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, real_now: datetime) -> Iterator[HaltingAws]:
    with HaltingAws(now=real_now) as emulated:
        for name, value in emulated.environment().items():
            monkeypatch.setenv(name, value)
        yield emulated
        emulated.released.set()


@pytest.fixture
def mine(aws: HaltingAws, settings: pytest.MonkeyPatch) -> CloudAccount:
    """An account with something in two regions and on its bill."""
    for name in ("CPU_FIRST_SYNC_DAYS", "COST_FIRST_SYNC_DAYS"):
        setattr(settings, name, int(QUICK[name]))
    world = aws.world()
    for number in range(MACHINES):
        world.add_instance(machine(f"i-{number:03}", "eu-west-1", cpu_percent=1.0))
    world.add_instance(machine("i-us", "us-east-1", cpu_percent=2.0))
    for days in (1, 2, 3):
        world.add_costs(
            [
                charge(aws.now.date() - timedelta(days=days), "1.25"),
                charge(aws.now.date() - timedelta(days=days), "2.5", "Amazon S3"),
            ]
        )
    return aws_account(regions=["eu-west-1", "us-east-1"])


def undisturbed(mine: CloudAccount, now: datetime) -> Rows:
    """What an undisturbed run of everything leaves; it is forgotten again."""
    for sync in (sync_ec2, sync_cost, sync_cpu):
        run = sync(mine, now)
        assert run.status == "succeeded", run.error
    rows = stored()
    for model in (Instance, DailyCost, CostTotal, Watermark, SyncRun):
        model._default_manager.all().delete()
    return rows


def test_whatever_it_was_killed_at_the_next_run_leaves_all(
    mine: CloudAccount, aws: HaltingAws, tmp_path: Path
) -> None:
    expected = undisturbed(mine, aws.now)
    with shared_database(tmp_path) as url:
        for name, operation, number in (
            ("sync_ec2", "ec2:DescribeInstances", 2),
            ("sync_cost", "ce:GetCostAndUsage", 3),
        ):
            kill_at(url, aws, name, operation, number)
        finish(url, "sync_ec2")
        # The second call: what the first told is stored already.
        kill_at(url, aws, "sync_cpu", "cloudwatch:GetMetricData", 2)
    assert SyncRun.objects.active().count() == 2
    assert not CostTotal.objects.exists()
    marked = Watermark.objects.values_list("dataset", flat=True)
    assert set(marked) == {"instances"}

    with shared_database(tmp_path) as url:
        finish(url, "sync")
    assert stored() == expected
    statuses = SyncRun.objects.order_by("dataset", "id").values_list(
        "dataset", "status"
    )
    assert list(statuses) == [
        *(("cost", "abandoned"), ("cost", "succeeded")),
        *(("cpu", "abandoned"), ("cpu", "succeeded")),
        ("databases", "succeeded"),
        *(
            ("instances", "abandoned"),
            ("instances", "succeeded"),
            ("instances", "succeeded"),
        ),
        *((name, "succeeded") for name in ("network", "prices", "storage", "usage")),
    ]
    read_until = Watermark.objects.values_list("dataset", "read_until")
    with_days = {*OF_AWS} - {Dataset.PRICES}
    assert dict(read_until) == dict.fromkeys(with_days, aws.now.date())


def kill_at(url: str, aws: HaltingAws, name: str, operation: str, number: int) -> None:
    """Starts the command and kills it while it waits for that answer."""
    aws.halt(operation, number)
    process = command(url, name)
    wait_until("the call", lambda: aws.halted.is_set() or process.has_ended())
    process.kill()
    aws.released.set()
    assert process.status == -9, process.log()


@pytest.mark.parametrize("table", ["costs_costtotal", "costs_dailycost"])
def test_killed_while_it_stores_a_restatement_it_leaves_the_rows_as_they_were(
    mine: CloudAccount, aws: HaltingAws, tmp_path: Path, table: str
) -> None:
    assert sync_cost(mine, aws.now).status == "succeeded"
    yesterday = aws.now.date() - timedelta(days=1)
    aws.world().restate(yesterday, USED, Decimal("9.75"))
    before = stored()
    halt_inserts(table)
    with shared_database(tmp_path) as url:
        process = command(url, "sync_cost")
        wait_until_inserting(url)
        process.kill()
    let_inserts_pass(table)
    assert stored() == before
    assert not Restatement.objects.exists()
    assert SyncRun.objects.active().count() == 1

    with shared_database(tmp_path) as url:
        finish(url, "sync_cost")
    restatement = Restatement.objects.get()
    assert (restatement.old_billed, restatement.new_billed) == (
        Decimal("3.75"),
        Decimal("12.25"),
    )
    assert DailyCost.objects.get(day=yesterday, service=USED).billed == Decimal("9.75")
    assert DailyCost.objects.count() == 6
    assert not SyncRun.objects.active().exists()


def test_killed_while_it_stores_metrics_it_leaves_whole_parts(
    mine: CloudAccount, aws: HaltingAws, tmp_path: Path
) -> None:
    expected = undisturbed(mine, aws.now)
    sync_ec2(mine, aws.now)
    halt_inserts("metrics_networkmetric")
    with shared_database(tmp_path) as url:
        process = command(url, "sync_cpu")
        wait_until_inserting(url)
        process.kill()
    let_inserts_pass("metrics_networkmetric")
    assert not CpuMetric.objects.exists()

    with shared_database(tmp_path) as url:
        finish(url, "sync_cpu")
    found = stored()
    assert (found["cpu"], found["network"]) == (expected["cpu"], expected["network"])
