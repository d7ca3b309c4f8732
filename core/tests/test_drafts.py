"""Drafts of files: those of killed processes go, and those at work stay."""

import fcntl
import os
import signal
from errno import EBADF
from pathlib import Path
from typing import BinaryIO

import pytest

from core.drafts import draft_beside

MINE = ".mine-"


def test_a_draft_of_a_killed_process_is_deleted_and_one_at_work_is_not(
    tmp_path: Path,
) -> None:
    target = tmp_path / "month"
    if not (child := os.fork()):
        try:
            with draft_beside(target, MINE):
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)  # else it would run the other tests too
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    (left,) = tmp_path.iterdir()
    with draft_beside(target, ".another-"):
        assert left.exists()
    with draft_beside(target, MINE) as first, draft_beside(target, MINE) as second:
        assert {*tmp_path.iterdir()} == {first, second}
        second.write_bytes(b"whole")
        second.rename(target)
    assert [*tmp_path.iterdir()] == [target]
    assert target.read_bytes() == b"whole"


def test_a_left_draft_goes_where_only_files_that_are_written_are_locked_as_on_nfs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lock(file: BinaryIO, how: int) -> None:
        if not file.writable():
            raise OSError(EBADF, os.strerror(EBADF))

    monkeypatch.setattr(fcntl, "flock", lock)
    (tmp_path / f"{MINE}1.partial").touch()
    with draft_beside(tmp_path / "month", MINE) as draft:
        assert [*tmp_path.iterdir()] == [draft]
