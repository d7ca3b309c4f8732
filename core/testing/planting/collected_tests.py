"""Tests that one process imports and collects once, and runs for each fault."""

import os
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing import Pipe
from pathlib import Path
from types import TracebackType

from core.testing.planting.forked import PIPE, Asked

FORKED = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
FORKED += ["--reuse-db", "-p", "core.testing.planting.forked"]


class CollectedTests:
    """The process, which forks for each fault. It collects before any is planted."""

    def __init__(self, house: Path, options: Sequence[str]) -> None:
        self._pipe, theirs = Pipe()
        self._process = subprocess.Popen(
            [*FORKED, *options],
            cwd=house,
            env={**os.environ, PIPE: str(theirs.fileno())},
            pass_fds=[theirs.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        theirs.close()

    def __enter__(self) -> "CollectedTests":
        """Raise EOFError if a test could not be collected."""
        self._pipe.recv()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.wait()

    def failure(self, asked: Asked) -> str | None:
        """Return the first test that fails, '' if all pass, None if unknown."""
        self._pipe.send(asked)
        failed: str | None = self._pipe.recv()
        return failed
