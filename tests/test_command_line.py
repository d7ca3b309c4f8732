"""manage.py as a person runs it: one object or one sentence, and the exit status."""

import errno
import json
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.core import management
from django.db import (
    DatabaseError,
    IntegrityError,
    connection,  # noqa: F401 - for the mark
)

import manage
from core.testing.installation import Installed
from providers.demo.company import PRODUCTION

# Each test starts processes on an SQLite of its own; once is enough.
pytestmark = pytest.mark.only_on("sqlite")
SYNCS = ["sync_ec2", "sync_cost", "sync_cpu", "sync"]
NAMED = ("--account", PRODUCTION)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An installation with the demo's accounts."""
    installed = Installed(tmp_path_factory.mktemp("installed"))
    assert installed.manage("migrate").returncode == 0
    made = installed.manage("demo", "--days", "30")
    assert (made.returncode, made.stderr) == (0, "")
    assert len(made.stdout.splitlines()) == 3
    return installed


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("command", SYNCS)
def test_in_a_pipe_it_prints_json_and_nothing_else(
    installed: Installed, command: str
) -> None:
    done = installed.manage(command, *NAMED, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    assert {one["status"] for one in json.loads(line)["runs"]} == {"succeeded"}


def test_in_a_pipe_it_prints_lines_and_nothing_else(installed: Installed) -> None:
    done = installed.manage("sync_ec2", *NAMED)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{PRODUCTION} instances: succeeded, ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["sync_cost", "--account", "999999999999"],
        ["sync_cost", *NAMED, "--start", "soon"],
        ["sync_ec2", "--start", "2026-01-01"],
        ["demo", "--days", "0"],
        ["create_token"],
    ],
)
def test_bad_arguments_exit_with_2_and_a_sentence(
    installed: Installed, arguments: list[str]
) -> None:
    done = installed.manage(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_a_taken_slot_exits_with_3(installed: Installed) -> None:
    hold = (
        "from django.utils.timezone import now; from syncs.runs.claims import claim;"
        "from clouds.models import CloudAccount as C;"
        "from syncs.datasets import Dataset as D;"
        f"claim(C.objects.get(account_id='{PRODUCTION}'), D.INSTANCES, now());"
        "from syncs.models import SyncRun;"
        # The process that claimed it ends; one on another host can't be seen to.
        "SyncRun.objects.filter(status='running').update(held_by='elsewhere@1:1')"
    )
    assert installed.manage("shell", "-c", hold).returncode == 0
    done = installed.manage("sync_ec2", *NAMED)
    assert done.returncode == 3
    assert "is already running since" in done.stdout
    assert done.stderr.strip() == "CommandError: 1 already running of 1 syncs."


def test_a_queue_that_is_away_is_told_within_seconds(installed: Installed) -> None:
    start = (
        "from django.utils.timezone import now; from syncs.runs.start import *;"
        "from syncs.datasets import Dataset; from clouds.models import CloudAccount;"
        f"a = CloudAccount.objects.filter(account_id='{PRODUCTION}')\n"
        "try: start_syncs(a, [Dataset.COST], now(), trigger='api')\n"
        "except BrokerUnavailable as error: print(error)\n"
        "print(SyncRun.objects.latest('pk').status)"
    )
    broker = f"amqp://guest@127.0.0.1:{closed_port()}//"
    done = installed.manage("shell", "-v0", "-c", start, CELERY_BROKER_URL=broker)
    told, status = done.stdout.splitlines()
    assert told.startswith("The queue can't be reached (")
    assert "CELERY_BROKER_URL" in told
    assert status == "failed"


@pytest.mark.parametrize(
    "arguments", [["sync_cost", "--json"], ["demo"], ["create_token", "ada"]]
)
def test_a_database_that_is_away_is_one_sentence(
    tmp_path: Path, arguments: list[str]
) -> None:
    url = f"postgres://nobody@127.0.0.1:{closed_port()}/nothing"
    done = Installed(tmp_path).manage(*arguments, DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The database can't be used: ")
    assert "Check DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["sync"], ["create_token", "ada"]])
def test_a_database_that_is_not_migrated_is_one_sentence(
    tmp_path: Path, arguments: list[str]
) -> None:
    done = Installed(tmp_path).manage(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert "`manage.py migrate`" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SYNC_INTERVAL_MINUTES", "soon"),
        ("COST_FIRST_SYNC_DAYS", "0"),
        ("AWS_CPU_STATISTICS", "Average,Mean"),
    ],
)
def test_a_bad_setting_is_one_sentence_that_names_it(
    tmp_path: Path, variable: str, value: str
) -> None:
    done = Installed(tmp_path).manage("check", **{variable: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"Settings: {variable} ")
    assert len(done.stderr.splitlines()) == 1


def test_a_token_is_all_that_is_printed(installed: Installed) -> None:
    options = ("--noinput", "--username", "ada", "--email", "ada@example.com")
    environment = {"DJANGO_SUPERUSER_PASSWORD": "a long pass phrase"}
    made = installed.manage("createsuperuser", *options, **environment)
    assert made.returncode == 0
    done = installed.manage("create_token", "ada")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.strip()) == 64


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (DatabaseError("file is not a database"), "can't be used: file is not a data"),
        (OSError(errno.ENOSPC, "No space left", "x.css"), "x.css can't be written: No"),
    ],
)
def test_a_broken_database_file_and_a_full_disk_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, told: str
) -> None:
    monkeypatch.setattr(management, "execute_from_command_line", refusing(fault))
    with pytest.raises(SystemExit, match=told):
        manage.main()


def test_a_fault_of_our_own_is_not_blamed_on_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = refusing(IntegrityError("UNIQUE constraint failed"))
    monkeypatch.setattr(management, "execute_from_command_line", ours)
    with pytest.raises(IntegrityError):
        manage.main()


def refusing(fault: Exception) -> Callable[[Sequence[str]], None]:
    def refuse(arguments: Sequence[str]) -> None:
        raise fault

    return refuse
