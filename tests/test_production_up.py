"""make run: from a migrated database to pages below a prefix, until all of it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from core.testing.forks import command
from core.testing.installation import HOUSE, Installed
from core.testing.postgres import free_port
from core.testing.processes import children_of, copy_of_database, wait_until_it_says
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until
from syncs.runs.processes import is_dead, mark_of

# The database is what an installation is a copy of.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

PREFIX = "/tools/cloudintel"
PAGES = [
    *("/", "/costs/", "/instances/", "/cpu/", "/insights/", "/syncs/", "/tokens/"),
    *("/password/", "/admin/", "/admin/inventory/instance/", "/api/docs/"),
    "/api/v1/instances/?format=api",
]
LINK = re.compile(r"""\b(?:href|src|action|hx-get|data-[\w-]*url)=["'](/[^"']*)["']""")


class Visitor:
    """A browser's cookies and what it asks for."""

    def __init__(self, port: int) -> None:
        self.site = f"http://127.0.0.1:{port}"
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def ask(self, path: str, **posted: str) -> tuple[int, str]:
        data = urllib.parse.urlencode(posted).encode() if posted else None
        try:
            with self.opener.open(self.site + path, data, HANGS_AFTER_SECONDS) as found:
                return found.status, found.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def state_of(self, *parts: str) -> str:
        """Return the one state of these components; "" where they differ."""
        try:
            found: dict[str, Any] = json.loads(self.ask("/status")[1])
        except OSError:
            return ""
        components = found.get("components", {})
        states = {components.get(one, {}).get("state", "") for one in parts}
        return str(states.pop()) if len(states) == 1 else ""

    def is_up(self) -> bool:
        """Whether all parts run; a worker has them checked when it is ready."""
        parts = ("database", "broker", "cache", "workers")
        return self.state_of(*parts) == "ok"


@pytest.fixture(scope="module")
def installed(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Installed:
    """It is migrated, and has a demo of a few days, to which a first start adds
    nothing."""
    found = Installed(tmp_path_factory.mktemp("installed"))
    with django_db_blocker.unblock():
        url = copy_of_database(found.folder / "cloudintel.sqlite3")
        demo = command(url, "demo", "--days", "4")
    assert demo.wait() == 0, demo.log()
    return found


@pytest.fixture(scope="module")
def started(
    installed: Installed,
) -> Iterator["tuple[subprocess.Popen[str], Visitor, str]"]:
    """A first start, in working order, and the password that it printed.

    On SIGTERM all of it ends, which only the last of its tests can see.
    """
    port = free_port()
    options = ["--first-start", "--port", str(port), "--grace", "20"]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", *options],
        cwd=HOUSE,
        env={**installed.environment, "SCRIPT_NAME": PREFIX, "FORECAST_SERVICES": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    try:
        printed = wait_until_it_says(process, "is running at ")
        (password,) = re.findall(r"Sign in as admin with the password (\S+)", printed)
        visitor = Visitor(port)
        wait_until("all parts", visitor.is_up)
        yield process, visitor, password
        marks = everybody(process.pid)
        assert len(marks) >= 7  # web and its two, worker and its two, beat
        process.terminate()
        assert process.wait(timeout=HANGS_AFTER_SECONDS) == 0
        assert [mark for mark in marks.values() if not is_dead(mark)] == []
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


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


def test_every_link_lies_below_the_prefix_and_every_static_file_is_there(
    started: "tuple[subprocess.Popen[str], Visitor, str]",
) -> None:
    _, visitor, password = started
    login = f"{PREFIX}/login/"
    token = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', visitor.ask(login)[1])[0]
    sign_in = {"username": "admin", "password": password, "csrfmiddlewaretoken": token}
    assert "Sign in" not in visitor.ask(login, **sign_in)[1]
    links: dict[str, str] = {}
    for page in PAGES:
        code, text = visitor.ask(PREFIX + page)
        assert code == 200, page
        links |= dict.fromkeys(LINK.findall(text), page)
    assert [link for link in links if not link.startswith(PREFIX)] == []
    static = {link for link in links if link.startswith(f"{PREFIX}/static/")}
    assert len(static) > 10
    assert {link: visitor.ask(link)[0] for link in static} == dict.fromkeys(static, 200)
    schema = json.loads(visitor.ask(f"{PREFIX}/api/schema/?format=json")[1])
    assert schema["servers"] == [{"url": PREFIX}]
    first = json.loads(visitor.ask(f"{PREFIX}/api/v1/instances/?page_size=2")[1])
    assert first["next"].startswith(f"{visitor.site}{PREFIX}/api/v1/instances/?")
    # A proxy may also remove the prefix.
    assert visitor.ask("/costs/")[0] == 200


def test_slow_clients_do_not_keep_others_waiting(
    started: "tuple[subprocess.Popen[str], Visitor, str]",
) -> None:
    _, visitor, _ = started
    host, port = visitor.site.removeprefix("http://").split(":")
    with ExitStack() as clients:
        for _ in range(32):
            client = clients.enter_context(socket.create_connection((host, int(port))))
            client.sendall(b"GET / HTTP/1.1\r\nHost:")
        assert visitor.ask("/health") == (200, '{"status": "ok"}')


def test_a_second_one_beside_it_says_so(
    started: "tuple[subprocess.Popen[str], Visitor, str]",
    installed: Installed,
    settings: Settings,
) -> None:
    process, visitor, _ = started
    settings.STATE_DIR = installed.folder
    url = installed.environment["DATABASE_URL"]
    second = command(url, "up", f"--port={free_port()}")
    try:
        status = second.wait()
    finally:
        second.kill()  # one that did not notice the first would serve on
    running = f"{visitor.site}{PREFIX} (process {process.pid})"
    assert (status, second.output()) == (1, "")
    assert f"cloudintel is already running at {running}" in second.log()


def test_what_is_killed_is_started_again(
    started: "tuple[subprocess.Popen[str], Visitor, str]",
) -> None:
    process, visitor, _ = started
    worker = part(process.pid, "worker")
    os.kill(worker, signal.SIGKILL)
    wait_until("that it is down", lambda: visitor.state_of("workers") == "down")
    wait_until("a new worker", lambda: visitor.state_of("workers") == "ok")
    assert part(process.pid, "worker") != worker
