"""Keeps a few processes running together, and ends them together."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

logger = logging.getLogger(__name__)

# A child that dies sooner than this after its start is started again more slowly.
SETTLED_AFTER_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.2


# Linux tells a process when its parent has ended; elsewhere nobody does.
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Within a new child: if we are killed, it ends as if it was asked to."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process that is started again whenever it ends by itself."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    due_at: float = 0.0
    pause: float = 1.0

    def start(self) -> None:
        # In a session of its own, so that Ctrl-C reaches it only through us, once.
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command, start_new_session=True, preexec_fn=_end_with_parent
        )
        self.started_at = time.monotonic()

    def look(self) -> None:
        """Starts it when it is due, and sees whether it ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due_at:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        settled = now - self.started_at >= SETTLED_AFTER_SECONDS
        self.pause = 1.0 if settled else min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        self.due_at = now + self.pause
        self.process = None
        logger.error(
            "%s ended with status %s; starting it again in %.0f s",
            self.name,
            status,
            self.pause,
        )

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """Ends it with whatever it started."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Runs children until SIGINT or SIGTERM, then ends them within `grace_seconds`."""

    children: Sequence[Child]
    grace_seconds: float
    on_start: Callable[[], None] = field(default=lambda: None)
    _stopping: bool = False

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        self.on_start()
        while not self._stopping:
            for child in self.children:
                child.look()
            time.sleep(LOOK_EVERY_SECONDS)
        self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self) -> None:
        """Asks all to end, waits for what they are doing, then insists."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + self.grace_seconds
        while any(child.is_alive for child in self.children):
            if time.monotonic() > deadline:
                logger.error("not ended within %.0f s: killing", self.grace_seconds)
                break
            time.sleep(LOOK_EVERY_SECONDS)
        for child in self.children:
            child.kill()
