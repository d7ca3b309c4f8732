"""Which process holds a run, and whether it still lives."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.testing.waiting import wait_until
from syncs.runs import processes
from syncs.runs.processes import is_dead, mark_of, own_mark


@pytest.fixture
def other() -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


def test_a_living_process_is_not_dead(other: "subprocess.Popen[bytes]") -> None:
    mark = mark_of(other.pid)
    assert not is_dead(own_mark())
    assert not is_dead(mark)
    other.kill()
    other.wait()
    assert is_dead(mark)


def test_one_that_was_killed_but_not_waited_for_is_dead(
    other: "subprocess.Popen[bytes]",
) -> None:
    mark = mark_of(other.pid)
    os.kill(other.pid, signal.SIGKILL)
    wait_until("its end", lambda: is_dead(mark))
    other.wait()


def test_another_process_with_the_same_number_is_not_mistaken_for_it() -> None:
    mark = own_mark()
    assert is_dead(mark.rpartition(":")[0] + ":1")


def test_of_processes_of_other_hosts_and_of_no_mark_nothing_is_known() -> None:
    assert not is_dead(f"elsewhere@{os.getpid()}:1")
    assert not is_dead("")
    assert not is_dead("nonsense")


def test_a_child_has_a_mark_of_its_own() -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, own_mark().encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 1000).decode() != own_mark()


def test_without_proc_the_number_alone_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "Path", lambda path: Path("/nowhere"))
    assert not is_dead(own_mark())
    child = subprocess.Popen([sys.executable, "-c", ""])
    mark = mark_of(child.pid)
    child.wait()
    assert is_dead(mark)
