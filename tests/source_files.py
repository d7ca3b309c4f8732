"""The house's own files, for the tests that guard how it is built."""

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
# As in DESIGN: a room may import only rooms of lines above its own.
LINES = [
    ["core"],
    ["providers"],
    ["clouds"],
    ["users"],
    ["alerts"],
    ["live"],
    ["syncs"],
    ["inventory", "costs"],
    ["metrics", "pricing"],
    ["carbon"],
    ["insights"],
    ["monitoring"],
    ["archives"],
    ["assistant"],
    ["dashboard"],
    ["cloudintel"],
]
ROOMS = [room for line in LINES for room in line]
# Beside the rooms: these may import all of them, and none of them imports these.
BESIDE = ["tests", "benchmarks"]
NOT_OURS = {"node_modules", "var", "__pycache__"}


def files(*suffixes: str, under: str = "") -> Iterator[Path]:
    """Yield each file of these kinds, relative to the house, in order."""
    for path in all_files():
        if path.suffix in suffixes and path.is_relative_to(under):
            yield path


@cache
def all_files() -> list[Path]:
    """Walk past an environment, which has many times as many."""
    found = []
    for folder, folders, names in os.walk(HOUSE):
        folders[:] = [one for one in folders if is_ours(one)]
        found += [Path(folder, one).relative_to(HOUSE) for one in names if is_ours(one)]
    return sorted(found)


def is_ours(name: str) -> bool:
    return name not in NOT_OURS and not name.startswith(".")


def room_of(path: Path) -> str:
    """Return the package a file lies in; '' for one at the top."""
    return path.parts[0] if len(path.parts) > 1 else ""


def is_test(path: Path) -> bool:
    return {"tests", "testing", "conftest", "testing.py"} & set(path.parts) != set()


@cache
def text_of(path: Path) -> str:
    return (HOUSE / path).read_text()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(text_of(path))


def imports(path: Path) -> Iterator[str]:
    """Yield the absolute name of each module, or name in it, that a file imports."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
