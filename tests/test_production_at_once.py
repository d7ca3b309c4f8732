"""Two schedulers, a command and the API at once: one run, and the others are told."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import machine
from core.testing.processes import QUICK, shared_database, start
from core.testing.task_queue import waiting
from core.testing.waiting import HANGS_AFTER_SECONDS
from syncs.models import SyncRun
from syncs.testing import OF_AWS
from users.testing import operator

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNTS = 6
# Waits for a line, so that all begin together.
SCHEDULER = """
import sys, django
django.setup()
from syncs.tasks import queue_due
print("ready", flush=True)
sys.stdin.readline()
print(queue_due())
"""
COMMAND = """
import sys, django
django.setup()
from django.core.management import call_command
import dashboard.management.commands.sync
print("ready", flush=True)
sys.stdin.readline()
call_command("sync", "--json")
"""
API = """
import sys, django
django.setup()
from users.testing import operator
client = operator()
print("ready", flush=True)
sys.stdin.readline()
found = client.post("/api/v1/sync/ec2/", SERVER_NAME="localhost").json()
print(len(found["runs"]), len(found["taken"]))
"""


@pytest.fixture
def accounts(aws: EmulatedAws) -> None:
    for number in range(ACCOUNTS):
        account_id = f"{300000000001 + number}"
        role = f"arn:aws:iam::{account_id}:role/cloudintel"
        aws_account(account_id, role_arn=role, regions=["eu-west-1"])
        aws.world(account_id).add_instance(machine(f"i-{number}"))


def together(url: str, aws: EmulatedAws, *programs: str) -> list[tuple[str, int]]:
    """Lets these programs begin in the same moment; what each printed and its end."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(url, aws),
        )
        for program in programs
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = []
    for process in processes:
        printed, _ = process.communicate(timeout=HANGS_AFTER_SECONDS)
        ended.append((printed, process.returncode))
    return ended


def environment(url: str, aws: EmulatedAws) -> dict[str, str]:
    return {
        **os.environ,
        **aws.environment(),
        **QUICK,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "cloudintel.settings",
    }


def test_each_account_and_dataset_has_one_run_and_the_others_are_told(
    accounts: None, aws: EmulatedAws, tmp_path: Path
) -> None:
    waiting()
    with shared_database(tmp_path) as url:
        *queued, (said, _), (api, _) = together(
            url, aws, SCHEDULER, SCHEDULER, COMMAND, API
        )
    by_schedule = sum(int(printed) for printed, _ in queued)
    started, refused = map(int, api.split())
    commanded = json.loads(said)["runs"]
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
        command = start(url, aws, "manage.py", "sync_ec2", "--json")
        printed, _ = command.communicate(timeout=HANGS_AFTER_SECONDS)
    assert command.returncode == 3
    assert {run["status"] for run in json.loads(printed)["runs"]} == {"taken"}
    assert SyncRun.objects.filter(dataset="instances").count() == ACCOUNTS
