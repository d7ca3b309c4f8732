"""The files in which processes count: folded into one when a process has ended."""

import multiprocessing
import os
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector

from cloudintel.prometheus_files import settled_counts

KEY = mmap_key("lookups", "lookups_total", ["part"], ["page"], "Help.")


def count(folder: Path, process_id: int, value: float, kind: str = "counter") -> Path:
    path = folder / f"{kind}_{process_id}.db"
    counts = MmapedDict(str(path))
    counts.write_value(KEY, value, 0.0)
    counts.close()
    return path


def ended_process() -> int:
    process = multiprocessing.Process(target=int)
    process.start()
    process.join()
    assert process.pid
    return process.pid


def total(folder: Path) -> float | None:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))
    with settled_counts(folder):
        return registry.get_sample_value("lookups_total", {"part": "page"})


def test_the_files_of_ended_processes_go_and_their_counts_stay(tmp_path: Path) -> None:
    mine = count(tmp_path, os.getpid(), 1)
    for value in (10, 100):
        count(tmp_path, ended_process(), value)
        assert total(tmp_path) == 1 + value + (value > 10) * 10
    assert total(tmp_path) == 111
    assert {path.name for path in tmp_path.glob("*.db")} == {
        mine.name,
        "counter_ended.db",
    }


def test_a_gauge_of_an_ended_process_is_not_kept(tmp_path: Path) -> None:
    path = count(tmp_path, ended_process(), 5, "gauge_livesum")
    with settled_counts(tmp_path):
        assert not path.exists()
    assert not list(tmp_path.glob("*.db"))
