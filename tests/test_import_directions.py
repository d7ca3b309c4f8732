"""Imports and foreign keys go one way: to rooms above, from every file of a room."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from tests.source_files import BESIDE, LINES, ROOMS, files, imports, parsed, room_of

RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
# Whoever names a model in a string knows its room as much as one that imports it.
NAMES_A_MODEL = RELATIONS | {"get_model", "swappable_dependency"}
NO_DJANGO = {"django", "rest_framework", "celery"}


def rooms_above(room: str) -> set[str]:
    """Return those that a room may import: itself, and all of the lines above it."""
    (line,) = (at for at, rooms in enumerate(LINES) if room in rooms)
    return {room, *(above for rooms in LINES[:line] for above in rooms)}


def used(path: Path) -> Iterator[str]:
    """Yield what a file imports, and the models that it names, as room.name."""
    yield from imports(path)
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and _called(node) in NAMES_A_MODEL:
            yield from _models(node)


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _models(node: ast.Call) -> Iterator[str]:
    """Yield "app.Model", and "app" of get_model("app", "Model"), by the app's room."""
    given = [*node.args, *(word.value for word in node.keywords if word.arg == "to")]
    for value in given:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            label, dot, model = value.value.partition(".")
            if (dot or _called(node) == "get_model") and label in apps.app_configs:
                yield f"{apps.get_app_config(label).name}.{model}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_rooms_above_it(room: str) -> None:
    allowed = rooms_above(room)
    wrong = {
        f"{path}: {name}"
        for path in files(".py", under=room)
        for name in used(path)
        if (other := name.split(".")[0]) in ROOMS + BESIDE and other not in allowed
    }
    assert wrong == set()


def test_every_file_lies_in_a_room_or_beside_them() -> None:
    known = {*ROOMS, *BESIDE, ""}
    assert {str(path) for path in files(".py") if room_of(path) not in known} == set()


def test_providers_know_nothing_of_django() -> None:
    wrong = {
        f"{path}: {name}"
        for path in files(".py", under="providers")
        for name in imports(path)
        if name.split(".")[0] in NO_DJANGO
    }
    assert wrong == set()


@pytest.mark.parametrize(
    "line",
    [
        'owner = models.ForeignKey("costs.DailyCost", CASCADE)',
        'owner = models.OneToOneField(to="costs.DailyCost")',
        'apps.get_model("costs.DailyCost")',
        'apps.get_model("costs", "DailyCost")',
        "def later():\n    from costs.models import DailyCost",
    ],
)
def test_each_way_to_name_a_model_is_seen(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file.py").write_text(line)
    monkeypatch.setattr("tests.source_files.HOUSE", tmp_path)
    assert [name.split(".")[0] for name in used(Path(tmp_path, "file.py"))] == ["costs"]
