"""The house's own files, for the tests that guard how it is built."""

import ast
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
    for path in sorted((HOUSE / under).rglob("*")):
        found = path.relative_to(HOUSE)
        is_ours = not any(p in NOT_OURS or p.startswith(".") for p in found.parts)
        if path.suffix in suffixes and is_ours:
            yield found


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
