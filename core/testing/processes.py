"""Other processes on the test's database: commands, Celery's workers and its beat."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection

from core.testing.aws_emulator import EmulatedAws
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until

HOUSE = Path(__file__).resolve().parents[2]
CELERY = ["-m", "celery", "--quiet", "-A", "cloudintel"]
WORKER = [*CELERY, "worker", "--loglevel", "WARNING", "--without-mingle"]
BEAT = [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile", ""]
# Looks what is due for each line that it reads.
SCHEDULER = """
import sys, django
django.setup()
from syncs.tasks import schedule_tick
for line in sys.stdin:
    schedule_tick()
    print("ticked", flush=True)
"""
# So little that tests need not wait.
QUICK = {
    "ENV_FILE": "",
    "CPU_FIRST_SYNC_DAYS": "3",
    "COST_FIRST_SYNC_DAYS": "3",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_REGION_WORKERS": "1",
    "AWS_COST_EXPLORER_REQUESTS_PER_SECOND": "1000",
}


@contextmanager
def shared_database(folder: Path) -> Iterator[str]:
    """The URL of the test's database, for other processes, while the block lasts.

    SQLite's is in memory: there it is a file that is read back at the end.
    """
    if connection.vendor != "sqlite":
        found = connection.settings_dict
        user, host, port, name = (
            found[key] for key in ("USER", "HOST", "PORT", "NAME")
        )
        yield f"postgres://{user}:{found['PASSWORD']}@{host}:{port}/{name}"
        return
    path = folder / "shared.sqlite3"
    yield copy_of_database(path)
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA journal_mode=DELETE")
        file.backup(connection.connection)
    file.close()


def copy_of_database(path: Path) -> str:
    """Return the URL of a file with what the test's SQLite holds now."""
    path.unlink(missing_ok=True)
    connection.ensure_connection()
    with sqlite3.connect(path) as file:
        connection.connection.backup(file)
    file.close()
    return f"sqlite:///{path}"


def start(
    url: str, aws: EmulatedAws, *arguments: str, **environment: str
) -> "subprocess.Popen[str]":
    """Start `manage.py` (or another program) as a process of its own."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=HOUSE,
        env={
            **os.environ,
            **aws.environment(),
            **QUICK,
            "DATABASE_URL": url,
            **environment,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


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
            process.communicate(timeout=HANGS_AFTER_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@contextmanager
def scheduler(
    url: str, aws: EmulatedAws, **environment: str
) -> Iterator["subprocess.Popen[str]"]:
    """A process for `tick`: loading the code takes longer than a hundred ticks."""
    environment["DJANGO_SETTINGS_MODULE"] = "cloudintel.settings"
    with running(url, aws, "-c", SCHEDULER, **environment) as process:
        yield process


def tick(*schedulers: "subprocess.Popen[str]") -> None:
    """Let each look once what is due, all at the same time."""
    for one in schedulers:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in schedulers:
        assert one.stdout is not None
        assert one.stdout.readline() == "ticked\n"


def wait_until_it_says(process: "subprocess.Popen[str]", words: str) -> str:
    """Return what the process has printed, once these words are in it."""
    assert process.stdout is not None
    stream, printed = process.stdout.fileno(), bytearray()
    os.set_blocking(stream, False)

    def has_said_it() -> bool:
        with suppress(BlockingIOError):
            part = os.read(stream, 65536)
            assert part, f"It ended without a word of {words!r}: {printed.decode()}"
            printed.extend(part)
        return words.encode() in printed

    wait_until(words, has_said_it)
    return printed.decode()


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
