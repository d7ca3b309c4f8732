"""Real Celery workers and beats on the test's database, and a wait for the outcome."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from tests.emulator import EmulatedAws
from tests.other_processes import PATIENCE_SECONDS, start

CELERY = ["-m", "celery", "--quiet", "-A", "cloudintel"]
WORKER = [*CELERY, "worker", "--loglevel", "WARNING", "--without-mingle"]
BEAT = [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile", ""]


@contextmanager
def running(
    url: str, aws: EmulatedAws, *arguments: str, **environment: str
) -> Iterator["subprocess.Popen[str]"]:
    """A process that is asked to end with the block, and killed if it does not."""
    process = start(url, aws, *arguments, **environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def wait_until(told: str, met: Callable[[], object], seconds: float = 60) -> None:
    """Looks until it is so; fails with what was waited for."""
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, f"waited in vain: {told}"
        time.sleep(0.05)


def rows(url: str, statement: str) -> list[Any]:
    """What the shared database answers while other processes work in it."""
    if url.startswith("sqlite"):
        file = sqlite3.connect(url.removeprefix("sqlite:///"))
        found = file.execute(statement).fetchall()
        file.close()
        return found
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def children_of(process_id: int) -> list[int]:
    """The processes that this one started and that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if int(fields[1]) == process_id and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def resident_mib(process_id: int) -> float:
    """What the process holds in memory."""
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
