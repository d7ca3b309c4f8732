"""first_start and up: from an empty folder to pages that answer."""

import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.testing.installation import Installed
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until

# Each test starts processes on an SQLite of its own; once is enough.
pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"))


def test_first_start_makes_all_that_is_needed_and_prints_the_password(
    installed: Installed,
) -> None:
    done = installed.manage("first_start")
    assert done.returncode == 0, done.stderr
    assert "Sign in as admin with the password " in done.stdout
    again = installed.manage("first_start")
    assert again.returncode == 0, again.stderr
    assert "password" not in again.stdout


@pytest.fixture
def running(installed: Installed) -> Iterator["tuple[subprocess.Popen[str], int]"]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "manage.py",
            "up",
            "--port",
            str(port),
            "--grace",
            str(HANGS_AFTER_SECONDS),
        ],
        cwd=Path(__file__).parent.parent,
        env=installed.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process, port
    if process.poll() is None:
        process.kill()


def test_up_answers_and_stops_cleanly(
    running: "tuple[subprocess.Popen[str], int]",
) -> None:
    process, port = running
    url = f"http://127.0.0.1:{port}/health"
    wait_until("an answer", lambda: answer(url))
    assert answer(url) == '{"status": "ok"}'
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=HANGS_AFTER_SECONDS)
    assert process.returncode == 0
    assert f"cloudintel is running at http://127.0.0.1:{port}" in told
    assert answer(url) is None


def answer(url: str) -> str | None:
    """What the address answers; None while nobody listens there."""
    try:
        with urllib.request.urlopen(url, timeout=HANGS_AFTER_SECONDS) as response:  # noqa: S310
            return str(response.read().decode())
    except OSError:
        return None


def test_a_port_that_is_none_is_a_bad_argument(installed: Installed) -> None:
    done = installed.manage("up", "--port", "70000")
    assert done.returncode == 2
    assert "--port must be between 1 and 65535, not 70000." in done.stderr
