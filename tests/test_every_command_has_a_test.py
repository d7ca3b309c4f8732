"""Each command is exercised by a test that names it."""

import re

import pytest

from tests.source_files import files, is_test, text_of

COMMANDS = sorted(
    path.stem
    for path in files(".py")
    if path.parent.name == "commands" and path.stem != "__init__"
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_exercised(command: str) -> None:
    named = re.compile(rf"""["'/ ]{command}["' ]""")
    assert any(
        named.search(text_of(path))
        for path in files(".py")
        if is_test(path) and path.name.startswith("test_")
    )
