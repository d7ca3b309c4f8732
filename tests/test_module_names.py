"""A module is distinguished by its room, or by the folder of its subject in that room.

One room has a name once. In a room of several subjects each subject may have it, as
`insights/anomalies/chart.py` and `insights/forecasts/chart.py`; then the room itself
does not: `insights/chart.py` would not say which of them it is. Folders of a layer,
such as `api/` and `engine/`, are no subjects and tell nothing apart.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.source_files import ROOMS, files, is_test

# What every room, or every subject of a room, calls the same.
USUAL = {
    *("__init__", "__main__", "apps", "conftest", "testing", "urls"),
    *("models", "querysets", "sync", "refresh", "tasks", "forms"),
    *("admin", "api", "filters", "serializers", "views"),
}
# Folders that hold a part of their subject, rather than a subject of their own.
LAYERS = {"admin", "api", "db", "engine", "models", "queries", "refresh"}
NOT_MODULES = {"migrations", "commands", "templatetags"}


def place_of(path: Path) -> str:
    """Return the room of a module, or room/subject of one in a subject's folder."""
    room, *folders = path.parts[:-1]
    return "/".join([room, *(name for name in folders if name not in LAYERS)])


def not_told_apart(paths: Iterable[Path]) -> list[str]:
    """Return each name that a place has twice, or a room beside its subjects."""
    places = Counter((path.stem, place_of(path)) for path in paths)
    return sorted(
        f"{place}/{name}"
        for (name, place), count in places.items()
        if name not in USUAL
        and (count > 1 or ((name, place.split("/")[0]) in places and "/" in place))
    )


def test_every_module_is_distinguished() -> None:
    modules = [
        path
        for room in ROOMS
        for path in files(".py", under=room)
        if not is_test(path) and not NOT_MODULES & set(path.parts)
    ]
    assert not_told_apart(modules) == []


@pytest.mark.parametrize(
    ("first", "second", "are_told_apart"),
    [
        ("costs/rollups.py", "archives/rollups.py", True),
        ("insights/anomalies/chart.py", "insights/forecasts/chart.py", True),
        ("providers/aws/records.py", "providers/azure/records.py", True),
        ("insights/chart.py", "insights/anomalies/chart.py", False),
        ("costs/records.py", "costs/api/records.py", False),
        ("costs/queries/records.py", "costs/api/records.py", False),
        ("insights/budgets/records.py", "insights/budgets/engine/records.py", False),
        ("costs/views.py", "costs/api/views.py", True),
    ],
)
def test_rooms_and_subjects_tell_names_apart(
    first: str, second: str, are_told_apart: bool
) -> None:
    assert (not_told_apart([Path(first), Path(second)]) == []) is are_told_apart
