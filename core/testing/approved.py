"""Texts that a person has approved, and which what is made now must equal.

`make approve` writes what is made now in their place; `git diff` then shows what is
approved. There is no file where there is no text.
"""

from collections.abc import Callable
from difflib import unified_diff
from itertools import islice
from pathlib import Path

import pytest

HOW = "\n\nIf that is what it should be, approve it by `make approve`."
SHOWN = 60
Approve = Callable[[Path, str], None]


@pytest.fixture
def approve(pytestconfig: pytest.Config) -> Approve:
    """Fail with the difference unless the file has this text."""

    def compare(file: Path, text: str) -> None:
        if pytestconfig.getoption("--approve"):
            file.unlink(missing_ok=True)
            if text:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        approved = file.read_text() if file.is_file() else ""
        difference = unified_diff(
            *(approved.splitlines(), text.splitlines()),
            *("approved", "now"),
            lineterm="",
            n=1,
        )
        if shown := "\n".join(islice(difference, SHOWN)):
            pytest.fail(f"{file.name}:\n{shown}{HOW}", pytrace=False)

    return compare
