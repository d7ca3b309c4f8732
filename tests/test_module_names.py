"""A module name stands once in the house, unless it is one of the usual names."""

from collections import defaultdict
from pathlib import Path

from tests.source_files import ROOMS, files, is_test

# What every room, or every subject of a room, calls the same.
USUAL = {
    *("__init__", "__main__", "apps", "conftest", "testing", "urls"),
    *("models", "querysets", "sync", "refresh", "tasks", "forms", "engine"),
    *("admin", "api", "filters", "serializers", "views"),
    # What each cloud's provider has.
    *("base", "client", "provider", "records"),
    # As Django REST framework calls it.
    "permissions",
}
NOT_MODULES = {"migrations", "commands", "templatetags"}


def test_no_module_name_stands_twice() -> None:
    found = defaultdict(list)
    for room in ROOMS:
        for path in files(".py", under=room):
            if not is_test(path) and not NOT_MODULES & set(path.parts):
                found[path.stem].append(path)
    twice = {
        name: list(map(str, paths))
        for name, paths in found.items()
        if name not in USUAL and len(paths) > 1 and not are_of_clouds(paths)
    }
    assert twice == {}


def are_of_clouds(paths: list[Path]) -> bool:
    """Whether each is the same thing of another cloud, whose folder tells it apart."""
    return len({path.parts[:2] for path in paths}) == len(paths) and all(
        path.parts[0] == "providers" and len(path.parts) > 2 for path in paths
    )
