"""Pages, API and admin start a sync through one function and read no cloud."""

import re

import pytest

from tests.source_files import ROOMS, files, imports, is_test

ANSWERS = {"views", "views.py", "api", "api.py", "admin", "admin.py"}
READS_A_CLOUD = re.compile(r"providers\.(aws|azure|demo)\b|(\w+\.)+sync(\.|$)")


@pytest.mark.parametrize("room", ROOMS)
def test_what_answers_people_reads_no_cloud_itself(room: str) -> None:
    wrong = {
        f"{path}: {name}"
        for path in files(".py", under=room)
        if ANSWERS & set(path.parts) and not is_test(path)
        for name in imports(path)
        if READS_A_CLOUD.match(name)
    }
    assert wrong == set()
