"""manage.py up: what dies is started again, and all of it ends together."""

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.postgres import free_port
from core.testing.processes import children_of, running, shared_database
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until
from syncs.runs.processes import is_dead, mark_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("sqlite"),
]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def up(
    aws: EmulatedAws, tmp_path: Path, port: int
) -> Iterator["subprocess.Popen[str]"]:
    """The whole of cloudintel, with everything in working order."""
    aws.now = datetime.now(UTC)
    aws_account(is_enabled=False)  # so that no sync is due
    arguments = [
        "manage.py",
        "up",
        "--port",
        str(port),
        "--grace",
        str(HANGS_AFTER_SECONDS),
    ]
    with (
        shared_database(tmp_path) as url,
        running(url, aws, *arguments, STATE_DIR=str(tmp_path)) as process,
    ):
        wait_until("all parts", lambda: status(port).get("status") == "ok")
        yield process


def status(port: int) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/status") as answer:
            told: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        told = json.load(error)
    except OSError:
        return {}
    return told


def everybody(process_id: int) -> dict[int, str]:
    """Every process below this one, with its mark."""
    found: dict[int, str] = {}
    for child in children_of(process_id):
        found |= {child: mark_of(child), **everybody(child)}
    return found


def part(process_id: int, name: str) -> int:
    (found,) = (
        child
        for child in children_of(process_id)
        if name in Path(f"/proc/{child}/cmdline").read_text().split("\0")
    )
    return found


def test_what_is_killed_is_started_again_and_all_end_on_sigterm(
    up: "subprocess.Popen[str]", port: int
) -> None:
    worker = part(up.pid, "worker")
    os.kill(worker, signal.SIGKILL)
    wait_until("that it is down", lambda: status(port).get("status") != "ok")
    wait_until("a new worker", lambda: status(port).get("status") == "ok")
    assert part(up.pid, "worker") != worker

    marks = everybody(up.pid)
    assert len(marks) >= 7  # web and its two, worker and its two, beat
    up.send_signal(signal.SIGTERM)
    assert up.wait(timeout=HANGS_AFTER_SECONDS) == 0
    assert [mark for mark in marks.values() if not is_dead(mark)] == []


def test_when_it_is_killed_it_leaves_nobody_behind(up: "subprocess.Popen[str]") -> None:
    marks = everybody(up.pid)
    up.kill()
    up.wait()
    wait_until("their end", lambda: all(map(is_dead, marks.values())))
