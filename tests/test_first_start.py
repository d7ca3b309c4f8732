"""first_start and up: from an empty folder to pages that answer."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shell import Installed

# Each test starts processes on an SQLite of its own; once is enough.
pytestmark = pytest.mark.only_on("sqlite")
STARTS_WITHIN_SECONDS = 60


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
        [sys.executable, "manage.py", "up", "--port", str(port), "--grace", "20"],
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
    assert answer(f"http://127.0.0.1:{port}/health") == '{"status": "ok"}'
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=40)
    assert process.returncode == 0
    assert f"cloudintel is running at http://127.0.0.1:{port}" in told
    with pytest.raises(OSError):
        answer(f"http://127.0.0.1:{port}/health", within=0)


def answer(url: str, within: float = STARTS_WITHIN_SECONDS) -> str:
    deadline = time.monotonic() + within
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310
                text: str = response.read().decode()
                return text
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_a_port_that_is_none_is_a_bad_argument(installed: Installed) -> None:
    done = installed.manage("up", "--port", "70000")
    assert done.returncode == 2
    assert "--port must be between 1 and 65535, not 70000." in done.stderr
