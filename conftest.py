"""What every test may ask for."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection

from tests.emulator import EmulatedAws

# The morning on which tests happen, unless they say otherwise.
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
FAST_AWS = {
    "AWS_MAX_ATTEMPTS": 3,
    "AWS_COST_EXPLORER_REQUESTS_PER_SECOND": 1000,
    "AWS_CONNECT_TIMEOUT_SECONDS": 2,
    "AWS_READ_TIMEOUT_SECONDS": 20,
}


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leaves out what `only_on` says is about another database."""
    others = [
        item
        for item in items
        if (mark := item.get_closest_marker("only_on"))
        and connection.vendor not in mark.args
    ]
    items[:] = [item for item in items if item not in others]
    config.hook.pytest_deselected(items=others)


# The slowest are proven where they belong: `up` on SQLite, many workers on PostgreSQL.
ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
collect_ignore = [
    "tests/test_production_up.py" if ON_POSTGRESQL else "tests/test_production_fleet.py"
]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, settings: object) -> Iterator[EmulatedAws]:
    """An emulated AWS, to which boto3 is pointed."""
    for setting, number in FAST_AWS.items():
        setattr(settings, setting, number)
    with EmulatedAws(now=NOW) as emulated:
        for name, value in emulated.environment().items():
            monkeypatch.setenv(name, value)
        yield emulated
