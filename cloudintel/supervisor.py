"""Run a few processes together, restart those that die, and stop them together."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

logger = logging.getLogger(__name__)

# A child that dies sooner than this after its start is restarted more slowly.
SETTLED_AFTER_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0
POLL_SECONDS = 0.2

# Linux signals a process when its parent has ended; other systems do not.
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
# A quarter of the time where one of the others wants all of it.
LOW_PRIORITY = 5
# Linux shares time between sessions before it looks at their processes, if it has this.
SESSION_PRIORITY = Path("/proc/self/autogroup")


def _end_with_parent() -> None:
    """Ask for SIGTERM, in a new child, when its parent is killed."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _begin(niceness: int) -> None:
    """Prepare a new child, which inherits all of it to its own."""
    _end_with_parent()
    if niceness:
        os.nice(niceness)
        with suppress(OSError):
            SESSION_PRIORITY.write_text(str(niceness))


@dataclass
class Child:
    """One process that is restarted whenever it ends by itself, or runs `once`; it
    starts when the one that it is `after` has ended."""

    name: str
    command: Sequence[str]
    once: bool = False
    after: "Child | None" = None
    niceness: int = 0
    has_ended: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    due_at: float = 0.0
    pause: float = 1.0

    def poll(self) -> None:
        """Start the process when it is due, and notice when it has ended."""
        now = time.monotonic()
        if self.has_ended or (self.after and not self.after.has_ended):
            return
        if self.process is None:
            if now >= self.due_at:
                # In a session of its own, so that Ctrl-C reaches it only through us.
                self.process = subprocess.Popen(  # noqa: S603 - our own commands
                    self.command,
                    start_new_session=True,
                    preexec_fn=partial(_begin, self.niceness),
                )
                self.started_at = now
            return
        status = self.process.poll()
        if status is None:
            return
        if self.once:
            self.has_ended = True
            if status:
                logger.error("%s ended with status %s", self.name, status)
            return
        settled = now - self.started_at >= SETTLED_AFTER_SECONDS
        self.pause = 1.0 if settled else min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        self.due_at = now + self.pause
        self.process = None
        message = "%s ended with status %s; restarting it in %.0f s"
        logger.error(message, self.name, status, self.pause)

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """Kill the process with everything that it started."""
        if self.process is not None and self.is_alive:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Supervisor:
    """Run children until SIGINT or SIGTERM, then end them within `grace_seconds`."""

    children: Sequence[Child]
    grace_seconds: float
    on_start: Callable[[], None] = lambda: None
    _stopping: bool = False

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        self.on_start()
        while not self._stopping:
            for child in self.children:
                child.poll()
            time.sleep(POLL_SECONDS)
        self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self) -> None:
        """Send SIGTERM to all, wait for what they are doing, then kill."""
        for child in self.children:
            if child.process is not None:
                child.process.terminate()
        deadline = time.monotonic() + self.grace_seconds
        while any(child.is_alive for child in self.children):
            if time.monotonic() > deadline:
                logger.error("not ended within %.0f s: killing", self.grace_seconds)
                break
            time.sleep(POLL_SECONDS)
        for child in self.children:
            child.kill()
