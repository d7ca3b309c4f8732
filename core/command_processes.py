"""Management commands in processes of their own, whose memory ends with them."""

import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

import manage

# What this process has imported, its forks need not import again.
FORK = multiprocessing.get_context("fork")


def run_command(*arguments: str) -> None:
    """Run it, and exit as it did where it failed."""
    with command_beside(*arguments):
        pass


@contextmanager
def command_beside(*arguments: str) -> Iterator[None]:
    """Run it while the block runs, and exit as it did where it failed."""
    process = FORK.Process(target=_run, args=arguments)
    process.start()
    yield
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


def _run(*arguments: str) -> None:
    for inherited in connections.all(initialized_only=True):
        inherited.connection = None  # closed here, it would end for the parent too
    sys.argv = ["manage.py", *arguments]
    manage.main()
