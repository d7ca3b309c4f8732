"""Counters of the processes of this machine for /metrics, a file for each.

When a process has ended, its counts are added to one file for all that ended and its
own file is deleted. Without that addition the sums would fall, which Prometheus takes
for a restart.
"""

import fcntl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

from syncs.runs.processes import is_running


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
    counted = list(MmapedDict.read_all_values_from_file(path))
    # First: a process that is killed here loses some counts, and doubles none.
    path.unlink()
    if path.name.startswith("gauge"):
        return  # valid only while the process lived
    with closing(MmapedDict(str(ended))) as sums:
        for key, value, at, _ in counted:
            sums.write_value(key, sums.read_value(key)[0] + value, at)
