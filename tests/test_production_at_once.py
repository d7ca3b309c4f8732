"""Two schedulers, a command and the API at once: one run, and the others are told."""

import json
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing import forks
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import machine
from core.testing.forks import together
from core.testing.processes import shared_database
from core.testing.task_queue import waiting
from syncs.models import SyncRun
from syncs.tasks import queue_due
from syncs.testing import OF_AWS
from users.testing import operator

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNTS = 6


def schedule() -> None:
    print(queue_due())


def ask() -> None:
    found = operator().post("/api/v1/sync/ec2/").json()
    print(len(found["runs"]), len(found["taken"]))


@pytest.fixture
def accounts(aws: EmulatedAws) -> None:
    for number in range(ACCOUNTS):
        account_id = f"{300000000001 + number}"
        role = f"arn:aws:iam::{account_id}:role/cloudintel"
        aws_account(account_id, role_arn=role, regions=["eu-west-1"])
        aws.world(account_id).add_instance(machine(f"i-{number}"))


def test_each_account_and_dataset_has_one_run_and_the_others_are_told(
    accounts: None, aws: EmulatedAws, tmp_path: Path
) -> None:
    waiting()
    with shared_database(tmp_path) as url:
        read = partial(call_command, "sync", "--json")
        *queued, command, api = together(url, schedule, schedule, read, ask)
    by_schedule = sum(int(one.output()) for one in queued)
    started, refused = map(int, api.output().split())
    commanded = json.loads(command.output())["runs"]
    taken = [run for run in commanded if run["status"] == "taken"]
    assert started + refused == ACCOUNTS
    assert all("is already" in run["error"] for run in taken)
    assert len(commanded) == len(OF_AWS) * ACCOUNTS
    # What is queued waits for a worker; what the command read has ended.
    messages = [run_id for _, (run_id,) in waiting()]
    active = SyncRun.objects.active()
    assert sorted(messages) == sorted(active.values_list("pk", flat=True))
    assert len(messages) == by_schedule + started
    held = list(active.values_list("account", "dataset"))
    assert len(held) == len(set(held))
    # Who was not told that it was taken has read or queued it: nothing is missing.
    done = set(SyncRun.objects.values_list("account", "dataset"))
    assert {(one.pk, "instances") for one in CloudAccount.objects.all()} <= done
    assert {(one.pk, "cost") for one in CloudAccount.objects.all()} <= done


@pytest.mark.on_each_database
def test_while_a_run_holds_the_slot_command_api_and_schedule_are_told(
    accounts: None, aws: EmulatedAws, tmp_path: Path
) -> None:
    waiting()
    assert operator().post("/api/v1/sync/ec2/").status_code == 202
    again = operator().post("/api/v1/sync/ec2/")
    assert again.status_code == 409
    assert len(again.json()["taken"]) == ACCOUNTS
    with shared_database(tmp_path) as url:
        command = forks.command(url, "sync_ec2", "--json")
    assert command.wait() == 3
    assert {run["status"] for run in json.loads(command.output())["runs"]} == {"taken"}
    assert SyncRun.objects.filter(dataset="instances").count() == ACCOUNTS
