"""The files in which processes count: folded into one when a process has ended."""

import errno
import multiprocessing
import os
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, values
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector
from pytest_django import Settings

from cloudintel.celery import fold_counts
from monitoring.prometheus.count_files import FILE_BYTES, count_in, settled_counts

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


def test_a_worker_that_starts_folds_what_earlier_ones_left(
    tmp_path: Path, settings: Settings
) -> None:
    settings.COUNTS_DIR = tmp_path
    left = count(tmp_path, ended_process(), 5)
    fold_counts()
    assert not left.exists()


def test_a_gauge_of_an_ended_process_is_not_kept(tmp_path: Path) -> None:
    path = count(tmp_path, ended_process(), 5, "gauge_livesum")
    with settled_counts(tmp_path):
        assert not path.exists()
    assert not list(tmp_path.glob("*.db"))


def test_the_file_of_a_process_has_all_its_room_from_the_start(tmp_path: Path) -> None:
    count_in(tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.name == f"counter_{os.getpid()}.db"
    assert path.stat().st_blocks * 512 >= FILE_BYTES
    count(tmp_path, os.getpid(), 3)
    assert total(tmp_path) == 3


def test_on_a_full_disk_a_process_counts_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setattr(Path, "write_bytes", no_room)
    count_in(tmp_path)
    assert values.ValueClass is values.MutexValue
    assert list(tmp_path.iterdir()) == []


def test_on_a_full_disk_the_counts_of_the_ended_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = count(tmp_path, ended_process(), 5)
    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", no_room)
        with settled_counts(tmp_path):
            assert path.exists()
    assert total(tmp_path) == 5


def test_the_file_of_a_process_killed_at_its_start_is_no_error(tmp_path: Path) -> None:
    (tmp_path / f"counter_{ended_process()}.db").touch()
    with settled_counts(tmp_path):
        assert not list(tmp_path.glob("*.db"))


def no_room(path: Path, data: bytes) -> None:
    path.touch()
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
