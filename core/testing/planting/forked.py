"""Pytest's side of collected tests: each fault gets a child, which runs the tests near.

What they import and collect is imported once, in the parent, which runs no test.
"""

import os
import select
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

import pytest
from django.db.backends.base import creation

from core.testing.planting.planted_code import plant

PIPE = "PLANTING_PIPE"
PASSED = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
# The child did not plant the fault, which needs another import.
NOT_PLANTED = 99
LONGEST_NAME = 10_000
# Where a child writes the name of a test that failed.
failure_pipes: list[int] = []
failed_tests: set[str] = set()


@dataclass(frozen=True, slots=True)
class Asked:
    """Which tests run for which fault: those named, or all but those."""

    path: str
    before: bytes
    after: bytes
    names: Sequence[str]
    is_all_but: bool
    patience: float


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Fork for what is asked, until nothing more is; the child goes on and tests."""
    pipe = Connection(int(os.environ.pop(PIPE)))
    os.set_inheritable(pipe.fileno(), False)
    pipe.send("collected")
    while asked := pipe.recv():
        reading, writing = os.pipe()
        if not (child := os.fork()):
            os.setsid()
            failure_pipes.append(writing)
            prepare(session, asked)
            return None
        os.close(writing)
        pipe.send(outcome(child, reading, asked.patience))
        os.close(reading)
    return True


def prepare(session: pytest.Session, asked: Asked) -> None:
    """Plant the fault, and leave only the tests that are asked for."""
    names = set(asked.names)
    items = [one for one in session.items if (one.nodeid in names) != asked.is_all_but]
    files = [file_of(name) for name in asked.names]
    if not asked.is_all_but:
        items.sort(key=lambda item: files.index(file_of(item.nodeid)))
    session.items[:] = items
    # The database has all tables, and no fault makes a migration.
    creation.call_command = lambda *_, **__: None
    if asked.path.endswith(".py"):
        try:
            plant(asked.path, asked.before, asked.after)
        except ValueError:
            os._exit(NOT_PLANTED)


def file_of(name: str) -> str:
    return name.partition("::")[0]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        failed_tests.add(report.nodeid)


def pytest_runtest_logfinish(nodeid: str) -> None:
    """Report it after its teardown, which deletes what it committed."""
    if nodeid in failed_tests and failure_pipes:
        os.write(failure_pipes[0], nodeid.encode())


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus: int) -> None:
    if failure_pipes:
        os._exit(exitstatus)


def outcome(child: int, reading: int, patience: float) -> str | None:
    """Return the first test of a child that failed, '' if none did.

    None where the fault could not be planted, or the child hangs: it lacks threads that
    imports may have started.
    """
    is_told, _, _ = select.select([reading], [], [], patience)
    failed = os.read(reading, LONGEST_NAME).decode() if is_told else ""
    if failed or not is_told:
        os.killpg(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what it started
    if not is_told or status == NOT_PLANTED:
        return None
    return failed or ("" if status in PASSED else f"status {status}")
