"""What is installed and migrated is what the code needs."""

import importlib.util
from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.on_each_database


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_psycopg_3_is_not_installed() -> None:
    assert importlib.util.find_spec("psycopg2")
    assert importlib.util.find_spec("psycopg") is None
