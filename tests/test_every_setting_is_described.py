"""The example of the environment describes each setting that is read, and no other."""

import ast
import re
from collections.abc import Iterator
from inspect import getmembers, isfunction
from pathlib import Path

from cloudintel import environment
from tests.source_files import parsed, text_of

# Read by tools around cloudintel, or told in words only.
NOT_SETTINGS = {
    *("POSTGRES_PASSWORD", "REDIS_PASSWORD", "LISTEN", "LISTEN_LIVE"),
    "DOMAIN",
}
READERS = {name for name, _ in getmembers(environment, isfunction)} | {"env"}


def test_every_setting_is_described_and_nothing_else() -> None:
    example = text_of(Path(".env.example"))
    described = re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", example, re.M)
    assert len(described) == len(set(described))
    assert set(described) - NOT_SETTINGS == set(variables())


def variables() -> Iterator[str]:
    """Yield the environment variables that the settings read."""
    for node in ast.walk(parsed(Path("cloudintel/settings.py"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func
        if isinstance(called, ast.Attribute):
            called = called.value
        name = node.args[0]
        reads = isinstance(called, ast.Name) and called.id in READERS
        if reads and isinstance(name, ast.Constant):
            yield str(name.value)
