"""Throttled, down, denied, disconnected: clear runs, and in the end the same rows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import OperationalError, connection
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, june, machine
from core.testing.processes import (
    WORKER,
    rows,
    running,
    scheduler,
    shared_database,
    tick,
)
from core.testing.redis import redis_server
from core.testing.stored import Rows
from core.testing.task_queue import waiting, work_off
from core.testing.waiting import wait_for_count
from costs.sync import sync_cost
from inventory.models import Instance
from syncs.models import SyncRun, Watermark
from syncs.tasks import schedule_tick
from syncs.testing import OF_AWS
from tests.stored_rows import stored

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGAN = datetime(2026, 6, 17, tzinfo=UTC)
OF_REGIONS = ("instances", "storage", "databases", "network")
THROTTLED = [
    *("ec2:DescribeInstances", "cloudwatch:GetMetricData", "ce:GetCostAndUsage"),
    *("ec2:DescribeRegions", "ec2:DescribeInstanceTypes"),
]
IDS = [f"{400000000001 + number}" for number in range(2)]
REGIONS = ["eu-west-1", "eu-central-1"]


@pytest.fixture
def accounts(aws: EmulatedAws, settings: Settings) -> Iterator[list[CloudAccount]]:
    """Two accounts with machines in two regions and something on their bills."""
    settings.COST_FIRST_SYNC_DAYS = settings.CPU_FIRST_SYNC_DAYS = 19
    settings.AWS_MAX_ATTEMPTS = 5
    for name in IDS:
        world = aws.world(name)
        world.roles, world.regions = {"cloudintel": None}, REGIONS
        for region in REGIONS:
            for number in range(2):
                name_of_it = f"i-{name}-{region}-{number}"
                world.add_instance(
                    machine(name_of_it, region, cpu_percent=number, launched_at=BEGAN)
                )
        world.add_costs([charge(june(day), f"{day}.5") for day in (17, 18, 19)])
    waiting()
    yield [
        aws_account(
            name, role_arn=f"arn:aws:iam::{name}:role/cloudintel", regions=REGIONS
        )
        for name in IDS
    ]


def run_itself(aws: EmulatedAws, at: datetime) -> None:
    """What beat and the workers do in a while: two looks, and all that they queue."""
    aws.now = at
    with time_machine.travel(at, tick=False):
        for _ in range(2):  # CPU follows the instances
            schedule_tick()
            work_off()


def undisturbed(aws: EmulatedAws, now: datetime) -> Rows:
    """What is stored where nothing goes wrong; it is forgotten again."""
    for at in (now, now + DAY + 2 * HOUR):
        run_itself(aws, at)
    rows = stored()
    for one in CloudAccount.objects.all():
        one.cost_totals.all().delete()
    for model in (Instance, Watermark, SyncRun):
        model._default_manager.all().delete()
    connection.cursor().execute("DELETE FROM costs_dailycost")
    assert not any(stored().values())
    return rows


@pytest.mark.django_db
def test_throttled_down_and_denied_at_once_others_are_untouched_and_all_recovers(
    accounts: list[CloudAccount], aws: EmulatedAws, now: datetime
) -> None:
    expected = undisturbed(aws, now)
    for operation in THROTTLED:
        aws.throttle(operation, every=3)
    aws.take_down("eu-central-1")
    aws.world(IDS[1]).roles = {"another": None}
    run_itself(aws, now)

    def ended(name: str) -> list[tuple[str, str]]:
        runs = SyncRun.objects.filter(account__account_id=name).order_by("pk")
        return list(runs.values_list("dataset", "status"))

    assert ended(IDS[0]) == [
        *((dataset, "partial") for dataset in OF_REGIONS),
        ("cost", "succeeded"),
        ("cpu", "succeeded"),
        ("usage", "succeeded"),
        ("prices", "succeeded"),
    ]
    assert ended(IDS[1]) == [(dataset, "failed") for dataset in (*OF_REGIONS, "cost")]
    for run in SyncRun.objects.exclude(status="succeeded"):
        named = IDS[1] if run.status == "failed" else "eu-central-1"
        assert named in run.error
    assert {row[0] for row in stored()["costs"]} == {IDS[0]}
    assert {row[0] for row in stored()["instances"]} == {IDS[0]}

    aws.heal()
    aws.world(IDS[1]).roles = {"cloudintel": None}
    for at in (now + HOUR, now + DAY + 2 * HOUR):
        run_itself(aws, at)
    assert stored() == expected
    assert set(
        SyncRun.objects.newest_per_dataset().values_list("status", flat=True)
    ) == {"succeeded"}


@pytest.mark.django_db(transaction=True)
def test_the_database_drops_the_connection_in_the_middle(
    accounts: list[CloudAccount], aws: EmulatedAws, now: datetime
) -> None:
    mine, other = accounts[:2]
    assert sync_cost(mine, now).status == "succeeded"
    expected = stored()
    aws.page_size["ce:GetCostAndUsage"] = 1
    dropped: list[str] = []

    def drop(sentence: str) -> None:
        if not dropped:
            dropped.append(sentence)
            drop_connection()

    with pytest.raises(OperationalError):
        sync_cost(mine, now + HOUR, on_progress=drop)
    run = SyncRun.objects.order_by("pk").last()
    assert run is not None
    assert run.status == "failed"
    assert "Unexpected OperationalError" in run.error
    assert stored() == expected
    # Nothing is left that blocks, neither its account nor another.
    assert sync_cost(other, now).status == "succeeded"
    assert sync_cost(mine, now + 2 * HOUR).status == "succeeded"
    assert [row for row in stored()["costs"] if row[0] == mine.account_id] == (
        expected["costs"]
    )


def drop_connection() -> None:
    """The server ends our connection, as at its restart; SQLite has none."""
    if connection.vendor == "sqlite":
        raise OperationalError("the file is gone for a moment")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ((ours,),) = cursor.fetchall()
    import psycopg2

    found = connection.settings_dict
    other = psycopg2.connect(
        *(),
        user=found["USER"],
        host=found["HOST"],
        port=found["PORT"],
        dbname="postgres",
    )
    other.autocommit = True
    other.cursor().execute("SELECT pg_terminate_backend(%s, 300000)", [ours])
    other.close()


@pytest.mark.django_db(transaction=True)
def test_the_broker_is_killed_and_started_again_with_an_empty_queue(
    aws: EmulatedAws, tmp_path: Path, real_now: datetime
) -> None:
    aws.now = real_now
    for name in IDS:
        aws.world(name).add_instance(machine(f"i-{name}"))
        role = f"arn:aws:iam::{name}:role/cloudintel"
        aws_account(name, role_arn=role, regions=["eu-west-1"])
    with redis_server() as broker, shared_database(tmp_path) as url:
        environment = {"CELERY_BROKER_URL": broker.url, "QUEUE_GRACE_SECONDS": "1"}

        def read_after_a_tick() -> int:
            if not broker.messages():
                tick(beat)
            return succeeded_in(url)

        with scheduler(url, aws, **environment) as beat:
            tick(beat)  # queues runs
            broker.kill()  # which are lost
            broker.start()
            with running(url, aws, *WORKER, "-c", "1", **environment):
                wait_for_count("a run", read_after_a_tick, 1)
                broker.kill()  # while the worker listens
                broker.start()
                wait_for_count("a run", read_after_a_tick, len(OF_AWS) * len(IDS))
    assert set(Instance.objects.values_list("resource_id", flat=True)) == {
        f"i-{name}" for name in IDS
    }
    succeeded = SyncRun.objects.filter(status="succeeded")
    assert succeeded.count() == len(set(succeeded.values_list("account", "dataset")))
    others = SyncRun.objects.exclude(status="succeeded")
    assert others.exists()
    assert all("No worker took it within 0:00:01" in run.error for run in others)


def succeeded_in(url: str) -> int:
    statement = "SELECT count(*) FROM syncs_syncrun WHERE status = 'succeeded'"
    ((count,),) = rows(url, statement)
    return int(count)
