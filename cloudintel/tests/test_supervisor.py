"""A child that dies is started again, and ever more slowly if it dies at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cloudintel import supervisor
from cloudintel.supervisor import LONGEST_PAUSE_SECONDS, LOW_PRIORITY, Child
from core.testing.waiting import wait_until
from syncs.runs.processes import is_dead, mark_of

DIES = [sys.executable, "-c", "raise SystemExit(3)"]
LIVES = [sys.executable, "-c", "import time; time.sleep(600)"]


def end_of(child: Child) -> None:
    """Starts it now, whatever its pause, and polls until it has ended."""
    child.due_at = 0
    child.poll()

    def has_ended() -> bool:
        child.poll()
        return child.process is None

    wait_until("its end", has_ended)


def test_what_dies_at_once_again_and_again_is_started_ever_more_slowly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "SETTLED_AFTER_SECONDS", float("inf"))
    child, pauses = Child("web", DIES), []
    for _ in range(7):
        end_of(child)
        pauses.append(child.pause)
    assert pauses == [2, 4, 8, 16, 30, 30, 30]
    assert max(pauses) <= LONGEST_PAUSE_SECONDS
    child.due_at = float("inf")
    child.poll()
    assert child.process is None  # its pause is not over


def test_what_had_settled_is_started_again_after_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    child = Child("web", DIES, pause=16)
    monkeypatch.setattr(supervisor, "SETTLED_AFTER_SECONDS", 0)
    end_of(child)
    assert child.pause == 1


def test_what_waits_for_one_that_runs_once_starts_when_that_has_ended() -> None:
    demo = Child("demo", DIES, once=True)
    worker = Child("worker", LIVES, after=demo)
    worker.poll()
    assert worker.process is None
    demo.poll()

    def has_ended() -> bool:
        demo.poll()
        return demo.has_ended

    wait_until("its end", has_ended)
    demo.poll()
    assert not demo.is_alive  # it failed, and is not started again
    worker.poll()
    assert worker.is_alive
    worker.kill()


def test_what_does_not_end_is_killed() -> None:
    child = Child("worker", LIVES)
    child.poll()
    assert child.is_alive
    child.kill()
    assert not child.is_alive


def test_what_nobody_waits_for_has_a_low_priority_among_sessions_too(
    tmp_path: Path,
) -> None:
    found, draft = tmp_path / "found", tmp_path / "draft"
    program = (
        "import os; from pathlib import Path;"
        "own = Path('/proc/self/autogroup');"
        f"session = own.read_text().split()[-1] if own.exists() else {LOW_PRIORITY};"
        f"Path({str(draft)!r}).write_text(f'{{os.nice(0)}} {{session}}');"
        f"os.rename({str(draft)!r}, {str(found)!r})"
    )
    child = Child("worker", [sys.executable, "-c", program], niceness=LOW_PRIORITY)
    child.poll()
    wait_until("what it found", found.exists)
    lowest = min(19, os.nice(0) + LOW_PRIORITY)
    assert found.read_text() == f"{lowest} {LOW_PRIORITY}"
    child.kill()


def test_when_its_parent_is_killed_it_ends_too() -> None:
    program = (
        "import sys, time; from cloudintel.supervisor import Child;"
        f"child = Child('web', {LIVES!r}); child.poll();"
        "print(child.process.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    mark = mark_of(int(parent.stdout.readline()))
    assert not is_dead(mark)
    parent.kill()
    parent.wait()
    wait_until("its end", lambda: is_dead(mark))
