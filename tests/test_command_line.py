"""manage.py as a person runs it: one object or one sentence, and the exit status.

A process is started only where starting it is what is proven.
"""

import errno
import json
import runpy
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core import management
from django.db import (
    DatabaseError,
    IntegrityError,
    connection,  # noqa: F401 - for the mark
)
from django.utils import timezone

from clouds.models import CloudAccount
from core.testing.installation import HOUSE, Installed
from core.testing.processes import shared_database
from manage import main
from providers.demo.company import PRODUCTION
from syncs.datasets import Dataset
from syncs.testing import run

pytestmark = pytest.mark.only_on("sqlite")
NAMED = ("--account", PRODUCTION)


@pytest.fixture
def production(transactional_db: None) -> CloudAccount:
    return CloudAccount.objects.create(
        provider="demo", account_id=PRODUCTION, name="production"
    )


def manage(
    *arguments: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> tuple[object, str, str]:
    """Run manage.py in this process: its exit status, and what it prints."""
    monkeypatch.setattr(sys, "argv", ["manage.py", *arguments])
    status: object = 0
    try:
        runpy.run_path(str(HOUSE / "manage.py"), run_name="__main__")
    except SystemExit as end:
        status = end.code
    return status, *capfd.readouterr()


def test_in_a_pipe_it_prints_json_and_nothing_else(
    production: CloudAccount, tmp_path: Path
) -> None:
    with shared_database(tmp_path) as url:
        installed = Installed(tmp_path)
        done = installed.manage("sync_ec2", *NAMED, "--json", DATABASE_URL=url)
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    assert {one["status"] for one in json.loads(line)["runs"]} == {"succeeded"}


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
    production: CloudAccount,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    status, printed, told = manage(*arguments, monkeypatch=monkeypatch, capfd=capfd)
    assert (status, printed) == (2, "")
    assert "Traceback" not in told
    assert told.strip()


def test_a_taken_slot_exits_with_3(
    production: CloudAccount,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    run(
        production,
        Dataset.INSTANCES,
        timezone.now(),
        status="running",
        finished_at=None,
        # The process that claimed it can't be looked for on another host.
        held_by="elsewhere@1:1",
    )
    status, printed, told = manage(
        "sync_ec2", *NAMED, monkeypatch=monkeypatch, capfd=capfd
    )
    assert status == 3
    assert "is already running since" in printed
    assert told.strip() == "CommandError: 1 already running of 1 syncs."


def test_a_token_is_all_that_is_printed(
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    User.objects.create_user("ada")
    status, printed, told = manage(
        "create_token", "ada", monkeypatch=monkeypatch, capfd=capfd
    )
    assert (status, told) == (0, "")
    assert len(printed.strip()) == 64


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_queue_that_is_away_is_reported_within_seconds(
    production: CloudAccount, tmp_path: Path
) -> None:
    start = (
        "from django.utils.timezone import now; from syncs.runs.start import *;"
        "from syncs.datasets import Dataset; from clouds.models import CloudAccount;"
        f"a = CloudAccount.objects.filter(account_id='{PRODUCTION}')\n"
        "try: start_syncs(a, [Dataset.COST], now(), trigger='api')\n"
        "except BrokerUnavailable as error: print(error)\n"
        "print(SyncRun.objects.count())"
    )
    broker = f"amqp://guest@127.0.0.1:{closed_port()}//"
    with shared_database(tmp_path) as url:
        done = Installed(tmp_path).manage(
            *("shell", "-v0", "-c", start), DATABASE_URL=url, CELERY_BROKER_URL=broker
        )
    told, runs = done.stdout.splitlines()
    assert told.startswith("The queue can't be reached (")
    assert "CELERY_BROKER_URL" in told
    assert runs == "0"


def test_a_database_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    url = f"postgres://nobody@127.0.0.1:{closed_port()}/nothing"
    done = Installed(tmp_path).manage("sync_cost", "--json", DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The database can't be used: ")
    assert "Check DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_migrated_is_one_sentence(tmp_path: Path) -> None:
    done = Installed(tmp_path).manage("sync")
    assert (done.returncode, done.stdout) == (1, "")
    assert "`manage.py migrate`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_setting_is_one_sentence_that_names_it(tmp_path: Path) -> None:
    done = Installed(tmp_path).manage("check", SYNC_INTERVAL_MINUTES="soon")
    assert done.returncode == 1
    assert done.stderr.startswith("Settings: SYNC_INTERVAL_MINUTES ")
    assert len(done.stderr.splitlines()) == 1


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
        main()


def test_a_fault_of_our_own_is_not_blamed_on_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = refusing(IntegrityError("UNIQUE constraint failed"))
    monkeypatch.setattr(management, "execute_from_command_line", ours)
    with pytest.raises(IntegrityError):
        main()


def refusing(fault: Exception) -> Callable[[Sequence[str]], None]:
    def refuse(arguments: Sequence[str]) -> None:
        raise fault

    return refuse
