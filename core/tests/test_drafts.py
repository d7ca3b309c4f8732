"""Drafts of files: those of killed processes go, and those at work stay."""

import os
import signal
from pathlib import Path

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
