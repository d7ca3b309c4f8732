"""Work in forks of the test's own process: as apart as processes, of a tenth of the
price, since the code is loaded. They use the test's database by themselves."""

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from core.testing.processes import QUICK
from core.testing.waiting import wait_until

# What the test has open stays open: closed in a fork, it would end for the test too.
inherited: list[Any] = []


@dataclass
class Fork:
    """A process that does its work and ends. Its status is -9 if it was killed."""

    pid: int
    printed: IO[str]
    errors: IO[str]
    status: int | None = None

    def kill(self) -> None:
        if not self.has_ended():  # else its number may be another's
            os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        """Return its status, once it has ended."""
        wait_until("the end of a fork", self.has_ended)
        assert self.status is not None
        return self.status

    def output(self) -> str:
        self.printed.seek(0)
        return self.printed.read()

    def log(self) -> str:
        """Return all that it printed, with its errors, for a test that fails."""
        self.errors.seek(0)
        return self.output() + self.errors.read()

    def has_ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None


def fork(url: str, work: Callable[[], object]) -> Fork:
    """Do the work in a fork, on `shared_database`'s database."""
    # They are read when it has ended.
    printed, errors = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")  # noqa: SIM115
    pid = os.fork()
    if pid:
        return Fork(pid, printed, errors)
    status = 1
    try:
        sys.stdout, sys.stderr = printed, errors
        _use_own_connection(url)
        for name in QUICK.keys() - {"ENV_FILE"}:
            setattr(settings, name, int(QUICK[name]))
        work()
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
        print(ended, file=errors)
    except BaseException as error:
        status = getattr(error, "returncode", 1)  # a command that says what it is
        traceback.print_exc(file=errors)
    finally:
        printed.flush()
        errors.flush()
        os._exit(status)


def together(url: str, *works: Callable[[], object]) -> list[Fork]:
    """Do each work in a fork, all from the same moment on; return those that ended."""
    reader, writer = os.pipe()

    def begin(work: Callable[[], object]) -> None:
        os.close(writer)
        os.read(reader, 1)  # until nobody could write
        work()

    forks = [fork(url, partial(begin, work)) for work in works]
    os.close(writer)
    os.close(reader)
    for one in forks:
        one.wait()
    return forks


def command(url: str, *arguments: str) -> Fork:
    """Run the command of manage.py in a fork."""
    return fork(url, lambda: call_command(*arguments))


def finish(url: str, *arguments: str) -> str:
    """Run the command to its end, again as long as another run holds the slot (3)."""
    ended: list[Fork] = []

    def is_over() -> bool:
        ended.append(command(url, *arguments))
        return ended[-1].wait() != 3

    wait_until("the slot", is_over)
    assert ended[-1].status == 0, ended[-1].log()
    return ended[-1].output()


def _use_own_connection(url: str) -> None:
    inherited.append(connection.connection)
    connection.connection = None
    if url.startswith("sqlite:///"):
        connection.settings_dict["NAME"] = url.removeprefix("sqlite:///")
    connection.connect()
