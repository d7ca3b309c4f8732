"""What is installed and migrated is what the code needs."""

import importlib.util
import re
import tomllib
from io import StringIO

import pytest
from django.core.management import call_command
from packaging.requirements import Requirement

from core.testing.installation import HOUSE

pytestmark = pytest.mark.on_each_database


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_psycopg_3_is_not_installed() -> None:
    assert importlib.util.find_spec("psycopg2")
    assert importlib.util.find_spec("psycopg") is None


def locked(name: str) -> dict[str, str]:
    """Return the version that a lock pins of each package; each has its hashes."""
    blocks = re.split(r"\n(?=\S)", (HOUSE / name).read_text())
    assert all("    --hash=sha256:" in block for block in blocks)
    pins = [re.match(r"([\w.-]+)(?:\[.*\])?==(\S+)", block) for block in blocks]
    return {pin[1]: pin[2] for pin in pins if pin}


def test_each_dependency_is_locked_in_a_version_that_is_allowed() -> None:
    wanted = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    run, dev = locked("requirements.txt"), locked("requirements-dev.txt")
    assert run.items() <= dev.items()
    for text in wanted["project"]["dependencies"]:
        need = Requirement(text)
        assert need.specifier.contains(run[need.name]), text
    for text in wanted["dependency-groups"]["dev"]:
        need = Requirement(text)
        assert need.specifier.contains(dev[need.name]), text
