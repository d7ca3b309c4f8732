"""What every test may ask for."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import compress
from operator import not_

import pytest
from django.core.cache import cache
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


# What a test that uses the database has asked for, itself or by another fixture.
DATABASE = {"db", "transactional_db", "live_server"}


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leaves out what is about another database, and what is about none.

    The latter is proven once, on SQLite: another database makes no difference to it.
    """
    is_mine = [is_about(item, connection.vendor) for item in items]
    config.hook.pytest_deselected(items=list(compress(items, map(not_, is_mine))))
    # What waits for other processes first, while there is something else to do.
    mine = compress(items, is_mine)
    items[:] = sorted(mine, key=lambda item: "test_production" not in item.nodeid)


def is_about(item: pytest.Item, vendor: str) -> bool:
    """Whether there is something to prove with this database."""
    if mark := item.get_closest_marker("only_on"):
        return vendor in mark.args
    fixtures = set(getattr(item, "fixturenames", ()))
    is_free = not item.get_closest_marker("django_db") and not DATABASE & fixtures
    return vendor == "sqlite" or not is_free


# The slowest are proven where they belong: `up` on SQLite, many workers on PostgreSQL.
# There too what a browser looks at while a test writes: SQLite in memory, which threads
# share, refuses who reads beside a writer instead of letting him wait.
ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
IN_A_BROWSER = ["browser", "browser_syncs", "accessibility", "csp"]
collect_ignore = [
    f"tests/test_{name}.py"
    for name in (
        ["production_up"] if ON_POSTGRESQL else ["production_fleet", *IN_A_BROWSER]
    )
]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Tests share a process, whose memory is the cache; their data has gone."""
    cache.clear()


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
