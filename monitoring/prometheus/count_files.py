"""Counters of the processes of this machine for /metrics, a file for each.

When a process has ended, its counts are added to one file for all that ended and its
own file is deleted. Without that addition the sums would fall, which Prometheus takes
for a restart.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

from syncs.runs.processes import is_running

FILE_BYTES = 64 * 1024  # as prometheus_client makes them


def count_in(folder: Path) -> None:
    """Let this process count in a file, or without one where the disk is full."""
    try:
        _create(folder / f"counter_{os.getpid()}.db")
    except OSError:
        values.ValueClass = values.MutexValue


def _create(path: Path) -> None:
    """Create the file with all its room: a mapped one that finds none later, when it is
    written to, kills the process."""
    if path.exists():
        return
    draft = path.with_suffix(".new")
    try:
        draft.write_bytes(bytes(FILE_BYTES))
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def settled_counts(folder: Path) -> Iterator[None]:
    """Fold the files of ended processes, and hold the lock during the block.

    Containers that share the folder must share the process ids too.
    """
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for path in folder.glob("*_*.db"):
            kind, _, process_id = path.stem.rpartition("_")
            if process_id.isdecimal() and not is_running(int(process_id)):
                _fold(path, folder / f"{kind}_ended.db")
        yield


def _fold(path: Path, ended: Path) -> None:
    if path.stat().st_size < FILE_BYTES or path.name.startswith("gauge"):
        path.unlink()  # of a process killed at its start; valid only while it lived
        return
    try:
        _create(ended)
    except OSError:
        return  # the disk is full: another time
    counted = list(MmapedDict.read_all_values_from_file(path))
    # First: a process that is killed here loses some counts, and doubles none.
    path.unlink()
    with closing(MmapedDict(str(ended))) as sums:
        for key, value, at, _ in counted:
            sums.write_value(key, sums.read_value(key)[0] + value, at)
