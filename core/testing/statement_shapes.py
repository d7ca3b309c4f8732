"""Which test files run which statements: what is worth proving on SQLite too.

    .venv/bin/python -m pytest -p core.testing.statement_shapes --shapes SHAPES costs
    .venv/bin/python -m core.testing.statement_shapes SHAPES

The first appends a line to the file SHAPES for each test file: its processor seconds,
and the shapes of its statements, which are their texts without values, names of
savepoints and the lengths of lists. The second names the files whose shapes are all run
by others that cost less, and so may leave out `on_each_database`. What other processes
than the tests' own run is not seen.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper

# In this order: a list of lists of values is a list once its values are shortened.
SHORTENED = [
    (re.compile(r"'(?:[^']|'')*'"), "?"),
    (re.compile(r"%s|\b\d+(?:\.\d+)?\b"), "?"),
    (re.compile(r'(SAVEPOINT )"?\w+"?'), r"\1?"),
    (re.compile(r"\?(?:, \?)+"), "?"),
    (re.compile(r"(\([^()]*\))(?:, \1)+"), r"\1"),
    (re.compile(r"\bU(\d+)\b"), "U"),
]
# Several of the same kind one after another, as many as a question had words.
REPEATED = re.compile(r"(\b(?:OR|AND|WHEN|UNION ALL) .{8,400}?)(?: \1)+")


@cache
def shape_of(statement: str) -> str:
    """Return the text without what differs from one call to the next."""
    for pattern, short in SHORTENED:
        statement = pattern.sub(short, statement)
    return REPEATED.sub(r"\1", statement)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shapes", type=Path, metavar="FILE", required=True)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Recorder(config.getoption("--shapes")))


class Recorder:
    """Notes what the tests of one file after another run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._shapes: set[str] = set()
        self._began = process_time()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Iterator[None]:
        with noting(self._shapes):
            found = yield
        if nextitem is None or nextitem.path != item.path:
            self._write(item.nodeid.partition("::")[0])
        return found  # noqa: B901 - what a wrapper of pytest answers

    def _write(self, name: str) -> None:
        seconds = process_time() - self._began
        row = [name, round(seconds, 2), sorted(self._shapes)]
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        self._shapes.clear()
        self._began = process_time()


@contextmanager
def noting(shapes: set[str]) -> Iterator[None]:
    """Add to these what is run in the block, whichever connection it is."""
    execute, execute_many = CursorWrapper.execute, CursorWrapper.executemany

    def noted(method: Any) -> Any:
        def run(cursor: CursorWrapper, sql: Any, *values: Any) -> Any:
            shapes.add(shape_of(str(sql)))
            return method(cursor, sql, *values)

        return run

    CursorWrapper.execute = noted(execute)  # type: ignore[method-assign]
    CursorWrapper.executemany = noted(execute_many)  # type: ignore[method-assign]
    try:
        yield
    finally:
        CursorWrapper.execute = execute  # type: ignore[method-assign]
        CursorWrapper.executemany = execute_many  # type: ignore[method-assign]


@dataclass(frozen=True)
class TestFile:
    """A file of tests, what it takes, and what it runs."""

    __test__ = False

    name: str
    seconds: float
    shapes: frozenset[str]


def read(path: Path) -> list[TestFile]:
    rows = map(json.loads, path.read_text().splitlines())
    return [TestFile(name, took, frozenset(shapes)) for name, took, shapes in rows]


def superfluous(files: Iterable[TestFile]) -> list[TestFile]:
    """Return those of which others run each statement; the dearest go first."""
    left = list(files)
    found = []
    for one in sorted(left, key=lambda file: file.seconds, reverse=True):
        others = frozenset[str]().union(*(f.shapes for f in left if f is not one))
        if one.shapes <= others:
            left.remove(one)
            found.append(one)
    return found


def main(path: str) -> None:
    files = read(Path(path))
    leaving = superfluous(files)
    for file in leaving:
        print(f"{file.seconds:8.1f} s  {file.name}")
    seconds, less = (sum(file.seconds for file in some) for some in (files, leaving))
    shapes = frozenset[str]().union(*(file.shapes for file in files))
    print(f"{len(leaving)} of {len(files)} files, {less:.0f} of {seconds:.0f} s.")
    print(f"The others run all {len(shapes)} shapes of statements.")


if __name__ == "__main__":
    main(sys.argv[1])
