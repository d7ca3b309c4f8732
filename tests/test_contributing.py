"""CONTRIBUTING.md names rooms and files that exist, and every room."""

import re

import pytest

from tests.source_files import HOUSE, ROOMS

TEXT = (HOUSE / "CONTRIBUTING.md").read_text()
# A path of this house in code font; folders of every room, such as `api/`, are not.
PATH = re.compile(r"`((?:" + "|".join([*ROOMS, "tests"]) + r")/[\w/]*(?:\.\w+)?)`")


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/reliability.md"])
def test_every_path_exists(page: str) -> None:
    paths = PATH.findall((HOUSE / page).read_text())
    assert len(paths) > 20
    assert [path for path in paths if not (HOUSE / path).exists()] == []


def test_every_room_is_in_the_table() -> None:
    rooms = [room for room in ROOMS if (HOUSE / room).exists()]
    assert [room for room in rooms if f"`{room}/`" not in TEXT] == []
