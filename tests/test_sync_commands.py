"""The sync commands: what they read, print and exit with."""

import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from clouds.models import CloudAccount
from clouds.registry import CloudKind
from clouds.testing import account
from core.testing.clock import NOW
from costs.models import CostTotal, DailyCost
from inventory.models import Resource
from metrics.models import CpuMetric
from pricing.models import InstancePrice
from providers.demo.company import DATA_PLATFORM, PRODUCTION, STAGING
from providers.demo.provider import DemoProvider
from providers.errors import ErrorKind, ProviderError
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.testing import OF_AWS, run

pytestmark = pytest.mark.django_db
COMMANDS = {
    "sync_ec2": ["instances"],
    "sync_prices": ["prices"],
    "sync_cost": ["cost"],
    "sync_cpu": ["cpu"],
    "sync_storage": ["storage"],
    "sync_databases": ["databases"],
    "sync_network": ["network"],
    "sync_usage": ["usage"],
    "sync": [dataset.value for dataset in OF_AWS],
}
DAYS = ("--start", "2026-11-10", "--end", "2026-11-20")
FIELDS = [
    "account",
    "dataset",
    "status",
    "start",
    "end",
    "rows",
    "requests",
    "api_cost_usd",
    "seconds",
    "error",
]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def demo(account_id: str = PRODUCTION, name: str = "production") -> CloudAccount:
    return CloudAccount.objects.create(
        provider=CloudKind.DEMO, account_id=account_id, name=name
    )


def days_of(command: str) -> tuple[str, ...]:
    return DAYS if command in ("sync_cost", "sync_cpu", "sync_usage", "sync") else ()


def printed(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def described(command: str, *arguments: str) -> list[dict[str, Any]]:
    found = json.loads(printed(command, *arguments, "--json"))
    assert list(found) == ["runs"]
    runs: list[dict[str, Any]] = found["runs"]
    return runs


def failing(command: str, *arguments: str) -> tuple[int, str]:
    """The exit status and the sentence of a command that fails."""
    with pytest.raises(CommandError) as caught:
        call_command(command, *arguments, stdout=StringIO())
    return caught.value.returncode, str(caught.value)


@pytest.mark.parametrize("command", COMMANDS)
def test_json_is_one_object_of_runs(command: str) -> None:
    demo()
    for first in ("sync_ec2", "sync_databases"):
        printed(first)
    runs = described(command, *days_of(command))
    assert [one["dataset"] for one in runs] == COMMANDS[command]
    for one in runs:
        stored = SyncRun.objects.filter(dataset=one["dataset"]).latest("pk")
        has_days = Dataset(one["dataset"]).has_window
        days = [DAYS[1], DAYS[3]] if has_days else [None, None]
        assert list(one) == FIELDS
        assert (one["account"], one["status"]) == (PRODUCTION, "succeeded")
        assert [one["start"], one["end"]] == days
        assert (one["rows"], one["requests"]) == (stored.rows, stored.requests)
        assert one["rows"] > 0
        assert one["requests"] > 0
        assert Decimal(one["api_cost_usd"]) == stored.api_cost_usd
        assert isinstance(one["api_cost_usd"], str)
        assert (type(one["seconds"]), one["error"]) == (float, "")


@pytest.mark.parametrize("command", COMMANDS)
def test_it_prints_a_line_for_each_run_and_nothing_else(
    command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    demo()
    lines = printed(command, *days_of(command)).splitlines()
    assert len(lines) == len(COMMANDS[command])
    for line, dataset in zip(lines, COMMANDS[command], strict=True):
        assert line.startswith(f"{PRODUCTION} {dataset}")
        assert ": succeeded, " in line
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_run_twice_it_stores_the_same_rows(command: str) -> None:
    demo()
    models = (Resource, DailyCost, CostTotal, CpuMetric, InstancePrice)
    printed("sync_ec2")
    printed(command, *days_of(command))
    once = [model.objects.count() for model in models]
    printed(command, *days_of(command))
    assert [model.objects.count() for model in models] == once
    assert set(SyncRun.objects.values_list("status", flat=True)) == {"succeeded"}


def test_it_reads_every_enabled_account_or_those_named() -> None:
    for key, name in ((PRODUCTION, "production"), (STAGING, "staging")):
        demo(key, name)
    disabled = demo(DATA_PLATFORM, "data-platform")
    disabled.is_enabled = False
    disabled.save()
    assert {one["account"] for one in described("sync_ec2")} == {PRODUCTION, STAGING}
    named = described("sync_ec2", "--account", "staging", "--account", PRODUCTION)
    assert {one["account"] for one in named} == {PRODUCTION, STAGING}
    (asked,) = described("sync_ec2", "--account", DATA_PLATFORM)
    assert asked["status"] == "succeeded"


@pytest.mark.parametrize("command", COMMANDS)
def test_without_accounts_it_says_what_to_do(command: str) -> None:
    code, told = failing(command)
    assert code == 1
    assert "manage.py add_account" in told


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_account_is_a_bad_argument(command: str) -> None:
    demo()
    code, told = failing(command, "--account", "999999999999", "--account", PRODUCTION)
    assert (code, told) == (
        2,
        f"There is no account 999999999999. Known: production ({PRODUCTION}).",
    )
    assert not SyncRun.objects.exists()


@pytest.mark.parametrize("command", ["sync_cost", "sync_cpu", "sync"])
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--end", "2026-11-10"], "--end needs --start"),
        (["--start", "2026-11-10", "--end", "2026-11-10"], "must be before end"),
        (["--start", "2026-11-10", "--end", "2026-11-01"], "must be before end"),
        (["--start", "2020-01-01", "--end", "2020-02-01"], "must lie within"),
        (["--start", "2026-11-10", "--end", "2026-11-21"], "must lie within"),
    ],
)
def test_bad_days_are_bad_arguments(
    command: str, arguments: list[str], reason: str
) -> None:
    demo()
    code, told = failing(command, *arguments)
    assert (code, reason in told) == (2, True)
    assert not SyncRun.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["sync_cost", "--start", "soon"], "'soon' is not a day such as 2026-01-31"),
        (["sync_cpu", "--end", "2026-02-30"], "'2026-02-30' is not a day"),
        (["sync_ec2", "--start", "2026-11-10"], "unrecognized arguments"),
    ],
)
def test_what_cannot_be_read_is_named(arguments: list[str], reason: str) -> None:
    demo()
    assert reason in failing(*arguments)[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_while_another_run_holds_the_slot_it_exits_with_3(command: str) -> None:
    owner = demo()
    for dataset in OF_AWS:
        run(owner, dataset, NOW, status="running", finished_at=None)
    code, told = failing(command)
    count = len(COMMANDS[command])
    assert (code, told) == (3, f"{count} already running of {count} syncs.")
    out = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command(command, "--json", stdout=out)
    assert caught.value.code == 3
    runs = json.loads(out.getvalue())["runs"]
    assert [one["status"] for one in runs] == ["taken"] * count
    assert "is already running since 2026-11-20 12:00 UTC" in runs[0]["error"]


def refuse_costs_of(
    monkeypatch: pytest.MonkeyPatch, owner: CloudAccount, error: Exception
) -> None:
    fetch = DemoProvider.fetch_costs

    def refusing(self: DemoProvider, *arguments: Any) -> Any:
        if self.account_id == owner.account_id:
            raise error
        return fetch(self, *arguments)

    monkeypatch.setattr(DemoProvider, "fetch_costs", refusing)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            ProviderError(ErrorKind.DENIED, "costs of 1", "AccessDenied", "Allow it."),
            "costs of 1: AccessDenied. Allow it.",
        ),
        (ZeroDivisionError("by zero"), "Unexpected ZeroDivisionError: by zero"),
    ],
)
def test_a_failed_account_does_not_stop_the_next(
    monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    bad, good = demo(PRODUCTION, "a"), demo(STAGING, "b")
    refuse_costs_of(monkeypatch, bad, error)
    out = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("sync_cost", *DAYS, "--json", stdout=out)
    assert caught.value.code == 1
    first, second = json.loads(out.getvalue())["runs"]
    assert (first["account"], first["status"]) == (bad.account_id, "failed")
    assert (first["error"], first["rows"]) == (told, 0)
    assert (second["account"], second["status"]) == (good.account_id, "succeeded")


def test_in_words_a_failure_is_reported_once_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    denied = ProviderError(ErrorKind.DENIED, "costs of 1", "Denied", "Allow it.")
    refuse_costs_of(monkeypatch, demo(), denied)
    out = StringIO()
    with pytest.raises(CommandError, match="^1 failed of 1 syncs.$") as caught:
        call_command("sync_cost", *DAYS, stdout=out)
    assert caught.value.returncode == 1
    assert out.getvalue().count("costs of 1: Denied. Allow it.") == 1


def test_the_costs_of_a_member_are_left_to_its_payer() -> None:
    payer, member = account(1, "payer"), demo(STAGING, "member")
    payer.is_payer, payer.is_enabled = True, False
    payer.save()
    member.payer = payer
    member.save()
    found = {one["dataset"] for one in described("sync")}
    assert found == set(OF_AWS) - {"cost"}
    code, told = failing("sync_cost", "--account", "member")
    assert (code, "sync that account instead" in told) == (2, True)
