"""One account's failure does not stop the next, and every run is closed."""

import json
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import ACCOUNT, OTHER, charge, june, machine
from core.testing.aws_emulator.cost_explorer import get_cost_and_usage
from core.testing.aws_emulator.server import OPERATIONS
from core.testing.aws_emulator.wire import Answer, Call
from costs.sync import sync_cost
from inventory.models import Instance
from syncs.models import SyncRun
from syncs.testing import OF_AWS

pytestmark = pytest.mark.django_db
THIRD = "333333333333"


@pytest.fixture(autouse=True)
def accounts(
    aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> list[CloudAccount]:
    """Three accounts, of which the second can not be read."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    aws.world(OTHER).roles = {"cloudintel": "not told"}
    made = []
    for account_id in (ACCOUNT, OTHER, THIRD):
        role = f"arn:aws:iam::{account_id}:role/cloudintel"
        world = aws.world(account_id)
        world.add_instance(machine(f"i-{account_id}"))
        world.add_costs([charge(june(1), "5")])
        own = account_id == ACCOUNT
        made.append(
            aws_account(account_id, role_arn="" if own else role, regions=["eu-west-1"])
        )
    return made


def test_the_others_are_read_when_one_fails() -> None:
    printed = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("sync", "--json", stdout=printed)
    assert ended.value.code == 1
    runs = json.loads(printed.getvalue())["runs"]
    statuses = {(run["account"], run["dataset"]): run["status"] for run in runs}
    assert statuses == {
        (account_id, dataset): "failed" if account_id == OTHER else "succeeded"
        for account_id in (ACCOUNT, OTHER, THIRD)
        for dataset in OF_AWS
        # It has no resource yet, so there is nothing to ask for.
    } | {(OTHER, dataset): "succeeded" for dataset in ("cpu", "usage", "prices")}
    told = {run["error"] for run in runs if run["status"] == "failed"}
    assert len(told) == 1
    assert "external ID" in told.pop()
    assert Instance.objects.count() == 2


def test_every_failed_run_is_closed_counted_and_priced(aws: EmulatedAws) -> None:
    aws.fail("ce:GetCostAndUsage", "ValidationException", "No")
    with pytest.raises(CommandError, match="3 failed of 3 syncs") as ended:
        call_command("sync_cost", stdout=StringIO())
    assert ended.value.returncode == 1
    runs = {run.account.account_id: run for run in SyncRun.objects.all()}
    assert {run.status for run in runs.values()} == {"failed"}
    assert all(run.finished_at and run.error for run in runs.values())
    assert runs[ACCOUNT].requests_by_operation == {
        "ce:GetCostAndUsage": 1,
        "organizations:DescribeOrganization": 1,
        "sts:GetCallerIdentity": 1,
    }
    assert str(runs[ACCOUNT].api_cost_usd) == "0.01000"
    assert runs[OTHER].requests_by_operation == {"sts:AssumeRole": 1}
    assert runs[OTHER].api_cost_usd == 0


def test_an_error_nobody_thought_of_closes_its_run_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def without_days(aws: EmulatedAws, call: Call) -> Answer:
        if call.account_id == ACCOUNT:
            return {"ResultsByTime": [{}]}
        return get_cost_and_usage(aws, call)

    monkeypatch.setitem(OPERATIONS, "ce:GetCostAndUsage", without_days)
    printed = StringIO()
    with pytest.raises(SystemExit):
        call_command("sync_cost", "--json", stdout=printed)
    runs: list[dict[str, Any]] = json.loads(printed.getvalue())["runs"]
    assert [run["status"] for run in runs] == ["failed", "failed", "succeeded"]
    assert runs[0]["error"].startswith("Unexpected KeyError")
    assert not SyncRun.objects.active().exists()


def test_an_interrupted_run_is_closed_and_its_slot_free(
    accounts: list[CloudAccount], now: datetime
) -> None:
    def interrupt(sentence: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync_cost(accounts[0], now, on_progress=interrupt)
    run = SyncRun.objects.get()
    assert (run.status, run.error) == (
        "failed",
        "Interrupted. What was stored before stays; start it again.",
    )
    assert run.requests_by_operation["ce:GetCostAndUsage"] == 1
    assert sync_cost(accounts[0], now).status == "succeeded"
