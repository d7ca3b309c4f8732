"""What every test may ask for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import compress
from operator import not_

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from core.testing.aws_emulator import EmulatedAws
from core.testing.waiting import HANGS_AFTER_SECONDS

# The morning on which tests happen, unless they say otherwise.
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
FAST_AWS = {
    "AWS_MAX_ATTEMPTS": 3,
    "AWS_COST_EXPLORER_REQUESTS_PER_SECOND": 1000,
    "AWS_CONNECT_TIMEOUT_SECONDS": HANGS_AFTER_SECONDS,
    "AWS_READ_TIMEOUT_SECONDS": HANGS_AFTER_SECONDS,
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


def pytest_configure() -> None:
    """Guessing passwords is made slow on purpose, and no test guesses one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Tests share a process, whose memory is the cache; their data has gone."""
    from costs.memory import HELD  # models want Django's settings first

    cache.clear()
    HELD.clear()


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
