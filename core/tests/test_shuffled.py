"""Tests run in another order, which a seed names."""

from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from core.testing.shuffled import pytest_collection_modifyitems

NAMES = [f"{file}{number}" for file in "abcdef" for number in range(6)]


def shuffled(seed: int) -> list[str]:
    config: Any = SimpleNamespace(getoption={"--shuffle": seed}.__getitem__)
    items: Any = [SimpleNamespace(name=one, path=Path(one[0])) for one in NAMES]
    pytest_collection_modifyitems(config, items)
    return [one.name for one in items]


def test_files_and_the_tests_of_each_are_in_the_order_of_the_seed() -> None:
    found = shuffled(1)
    assert found == shuffled(1) != shuffled(2)
    assert sorted(found) == NAMES
    files = [file for file, _ in groupby(found, key=lambda name: name[0])]
    assert sorted(files) == [*"abcdef"] != files  # each stays together
    assert [one for one in found if one[0] == "a"] != NAMES[:6]
