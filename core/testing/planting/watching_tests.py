"""Which tests could notice a fault, and whether one does.

A fault in what imports run needs a process of its own. Others are planted in children
of one that has imported and collected all, which saves most of their time.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from os.path import commonpath
from pathlib import Path

from coverage import CoverageData

from core.testing.planting.collected_tests import CollectedTests
from core.testing.planting.fault import Fault
from core.testing.planting.forked import Asked

ContextsByLine = Mapping[int, Sequence[str]]
# The context of what runs before the first test.
IMPORT = ""
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
# A fault makes no migration, so that one database serves all.
PYTEST += ["--reuse-db"]
FIRST_FAILURE = ["-x"]
RECORDING = ["--cov", "--cov-context=test", "--cov-report=", "--create-db"]
RECORDING += ["-p", "core.testing.planting.rendered_templates"]
# What the tests' own processes run is enough, and few files are traced sooner than all.
TRACED = "[run]\nbranch = false\ninclude =\n"
# Tests that take so many times as long as without a fault hang, which is noticed too.
PATIENCE = 5
TO_START = 60
SLOW_TEST = 5
PASSED, NONE_LEFT = 0, 5
# Not what the log says in lines that begin alike.
NAMED = re.compile(r"(?m)^(?:FAILED|ERROR) (\S+\.py(?:::.+?)?)(?: - .*)?$")


@dataclass(frozen=True, slots=True)
class WatchingTests:
    """Tests, and which of them came by which line of the code."""

    house: Path
    given: Sequence[str]
    left_out: Sequence[str]
    lines: CoverageData
    seconds: float
    # At most so many of those near a fault, and no other; None is all that are given.
    near: int | None

    @classmethod
    def recorded(
        cls,
        house: Path,
        given: Sequence[str],
        faults: Sequence[Fault],
        near: int | None = None,
    ) -> "WatchingTests":
        """Run the tests once without any fault. Those that fail are left out."""
        traced = house / ".coveragerc-planting"
        paths = sorted({f"    {fault.path}" for fault in faults})
        traced.write_text(TRACED + "\n".join(paths))
        started = time.monotonic()
        failing = failures(house, [*RECORDING, f"--cov-config={traced}", *given], None)
        for name in failing:
            print(f"Fails without any fault, and is left out: {name}", flush=True)
        lines = CoverageData(house / ".coverage")
        lines.read()
        seconds = time.monotonic() - started
        left_out = [f"--deselect={name}" for name in failing]
        return cls(house, given, left_out, lines, seconds, near)

    def failure(self, fault: Fault, source: bytes, collected: CollectedTests) -> str:
        """Return the first test that fails, '' if all pass.

        Those near the fault come first, as one of them notices it sooner. Others may
        notice it too, where what they see was computed before and kept, or is a script.
        """
        line = fault.line(source)
        near = nearest_first(self.that_run(fault.path, line), fault.path)[: self.near]
        path = str(self.house / fault.path)
        named = Asked(
            *(path, source, fault.applied(source), near, False),
            patience=TO_START + SLOW_TEST * len(near),
        )
        used = None if self.is_run_by_an_import(fault.path, line) else collected
        if near and (failed := self._failing(named, used)):
            return failed
        if self.near is not None and fault.path.suffix != ".js":
            return ""
        patience = TO_START + PATIENCE * self.seconds
        return self._failing(replace(named, is_all_but=True, patience=patience), used)

    def _failing(self, asked: Asked, collected: CollectedTests | None) -> str:
        """Return the first test that fails, '' if all pass."""
        if collected and (failed := collected.failure(asked)) is not None:
            return failed
        names = asked.names
        if asked.is_all_but:
            names = [*self.given, *(f"--deselect={name}" for name in names)]
        options = [*FIRST_FAILURE, *self.left_out, *names]
        return next(iter(failures(self.house, options, asked.patience)), "")

    def that_run(self, path: Path, line: int) -> Sequence[str]:
        """Return the tests that run the line; its file, if an import runs the line."""
        by_line = self._by_line(path)
        return tests_of(near_line(by_line, line)) or tests_of(
            chain.from_iterable(by_line.values())
        )

    def is_run_by_an_import(self, path: Path, line: int) -> bool:
        """Scripts count as such, since tests may read them while they are imported."""
        is_script = path.suffix == ".js"
        return is_script or IMPORT in near_line(self._by_line(path), line)

    def _by_line(self, path: Path) -> ContextsByLine:
        return self.lines.contexts_by_lineno(str((self.house / path).resolve()))


def near_line(by_line: ContextsByLine, line: int) -> Sequence[str]:
    """Return the contexts of the last line until this one that any has run."""
    known = [number for number in by_line if number <= line]
    return by_line[max(known)] if known else []


def nearest_first(tests: Iterable[str], path: Path) -> list[str]:
    """Return one of each file in turn, those first that lie nearest to the path.

    Tests of one file look at the same things, so that some of them know what it knows.
    """
    of_file = defaultdict(list)
    for name in tests:
        of_file[name.partition("::")[0]].append(name)
    near = sorted(of_file.items(), key=lambda one: -len(commonpath([one[0], path])))
    return [*filter(None, chain.from_iterable(zip_longest(*dict(near).values())))]


def tests_of(contexts: Iterable[str]) -> list[str]:
    """Return the tests among the names of contexts, which are empty for imports."""
    names = {name.rpartition("|")[0] for name in contexts}
    return sorted(names - {IMPORT})


def failures(
    house: Path, options: Sequence[str], timeout: float | None
) -> Sequence[str]:
    """Run the tests, and return the names of those that fail."""
    process = subprocess.Popen(
        [*PYTEST, *options],
        cwd=house,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        return [f"hangs after {timeout:.0f} s"]
    finally:
        end_session(process)
    if process.returncode in (PASSED, NONE_LEFT):
        return []
    named = NAMED.findall(printed)
    return named or [f"status {process.returncode}"]


def end_session(process: "subprocess.Popen[str]") -> None:
    """End the tests and what they started, if any of it is still there."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
