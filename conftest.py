"""What every test may ask for."""

import gc
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time
from itertools import compress
from operator import not_
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from botocore.retries.standard import ExponentialBackoff
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from hypothesis.internal.conjecture import providers as drawing

from clouds import registry
from core.testing import (
    committed_rows,
    kept_contexts,
    migrated,
    quick_clients,
    quick_sessions,
)
from core.testing.approved import approve  # noqa: F401 - a fixture
from core.testing.aws_emulator import EmulatedAws
from core.testing.azure_emulator import EmulatedAzure
from core.testing.large_keys import begin_with_large_keys
from core.testing.places import blobs, place_of  # noqa: F401 - fixtures
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until

# The same examples in each run, so that no change fails by chance.
# Of a busy machine no time says anything.
hypothesis.settings.register_profile(
    "suite",
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")
# Nor do they depend on the numbers and texts in our own code, which it would parse
# whole in each process.
drawing._get_local_constants = lambda: drawing._local_constants

# The morning on which tests happen, unless they say otherwise.
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
# No test that asks other processes for the day takes what is left of it then.
LATE = time(23, 55)
FAST_AWS = {
    "AWS_MAX_ATTEMPTS": 3,
    "AWS_COST_EXPLORER_REQUESTS_PER_SECOND": 1000,
    "AWS_CONNECT_TIMEOUT_SECONDS": HANGS_AFTER_SECONDS,
    "AWS_READ_TIMEOUT_SECONDS": HANGS_AFTER_SECONDS,
}


# Files that take a minute or more, and what waits for other processes.
LONGEST = (
    "test_production",
    "test_schemathesis",
    "test_accessibility",
    "demo",
    "test_approved",
)

BOTH = {"sqlite", "postgresql"}
# One of these is in each file of which `make test` runs something on SQLite.
MARKERS_OF_SQLITE = ("on_each_database", 'only_on("sqlite")')


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--once",
        action="store_true",
        help="Run each test where `make test` does, rather than all that can run here.",
    )
    parser.addoption(
        "--approve",
        action="store_true",
        help="Write tests/approved/ from what is answered now.",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no file for SQLite of which nothing would be run there."""
    if not config.getoption("--once") or connection.vendor != "sqlite":
        return None
    if not collection_path.name.startswith("test_"):
        return None
    text = collection_path.read_text()
    return None if any(marker in text for marker in MARKERS_OF_SQLITE) else True


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Deselect what is proven on another database; CONTRIBUTING.md says why there."""
    once = config.getoption("--once")
    is_mine = [connection.vendor in databases_of(item, once) for item in items]
    config.hook.pytest_deselected(items=list(compress(items, map(not_, is_mine))))
    items[:] = sorted(compress(items, is_mine), key=begins_late)


def begins_late(item: pytest.Item) -> tuple[bool, bool]:
    """What takes longest is first, so that no process is left alone at the end."""
    named = any(name in item.nodeid for name in LONGEST)
    return not named, not item.nodeid.startswith("tests/")


def databases_of(item: pytest.Item, once: bool) -> Collection[str]:
    """Return the databases on which this test is run: none without what it needs."""
    needed = [mark.args[0] for mark in item.iter_markers("needs")]
    if not all(map(shutil.which, needed)):
        return set()
    if mark := item.get_closest_marker("only_on"):
        assert set(mark.args) <= BOTH, f"{item.nodeid} would run nowhere: {mark.args}"
        return mark.args
    if once and not item.get_closest_marker("on_each_database"):
        return {"postgresql"}
    return BOTH


def pytest_configure() -> None:
    # Guessing passwords is made slow on purpose, and no test guesses one.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Looking through all that was imported takes a seventh of the time, for nothing.
    gc.set_threshold(50_000, 20, 100)
    kept_contexts.keep_only_pages()
    quick_clients.make_once()
    quick_sessions.begin()


def pytest_collection_finish() -> None:
    gc.freeze()


def is_one_of_several(config: pytest.Config) -> bool:
    """Of the processes of `pytest -n`, which test side by side."""
    return hasattr(config, "workerinput")


def shared_folder(config: Any) -> Path:
    folder: Path = config._tmp_path_factory.getbasetemp().parent
    return folder


def pytest_sessionstart(session: pytest.Session) -> None:
    """While tests are collected, a database is migrated."""
    if is_one_of_several(session.config):
        os.environ["SHARED_BY_TESTS"] = str(shared_folder(session.config))
        migrated.begin(shared_folder(session.config))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, pytestconfig: pytest.Config
) -> Iterator[None]:
    """What Django creates for tests is a copy of that one."""
    if not is_one_of_several(pytestconfig):
        yield
        return
    # With the suffix in its name, each is of one process.
    with migrated.copied(shared_folder(pytestconfig)):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Keys of rows are above 1,000, where a page may write them as an amount."""
    with django_db_blocker.unblock():
        begin_with_large_keys()
        committed_rows.begin()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Tests share a process, whose memory is the cache; their data has gone."""
    cache.clear()


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """For fixtures that fill the database once for a module, whose tests only read it.

    What a test adds is taken back after it as ever, and all the rest after the module.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture
def real_now() -> datetime:
    """Now, as other processes read it; the day lasts until the test is over."""
    wait_until("midnight", lambda: datetime.now(UTC).time() < LATE)
    return datetime.now(UTC)


@contextmanager
def emulated_aws(patch: pytest.MonkeyPatch) -> Iterator[EmulatedAws]:
    """An emulated AWS, to which boto3 is pointed; it is asked again at once."""
    for setting, number in FAST_AWS.items():
        patch.setattr(settings, setting, number)
    patch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0)
    with EmulatedAws(now=NOW) as emulated:
        for name, value in emulated.environment().items():
            patch.setenv(name, value)
        yield emulated


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatedAws]:
    with emulated_aws(monkeypatch) as emulated:
        yield emulated


@pytest.fixture(scope="module")
def module_aws() -> Iterator[EmulatedAws]:
    """For fixtures that read a cloud once for a module."""
    with pytest.MonkeyPatch.context() as patch, emulated_aws(patch) as emulated:
        yield emulated


@contextmanager
def emulated_azure(patch: pytest.MonkeyPatch) -> Iterator[EmulatedAzure]:
    """An emulated Azure, which is asked as fast as it answers."""
    with EmulatedAzure(now=NOW) as emulated:
        emulated.quotas.lift()
        for name, value in emulated.environment().items():
            patch.setattr(settings, name, value)
        patch.setattr(settings, "AZURE_MAX_ATTEMPTS", 3)
        options = replace(
            registry.azure_options(),
            wait=emulated.wait,
            cost_scope_limits=(),
            cost_client_limits=(),
            cost_tenant_limits=(),
        )
        patch.setattr(registry, "azure_options", lambda: options)
        yield emulated


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatedAzure]:
    with emulated_azure(monkeypatch) as emulated:
        yield emulated


@pytest.fixture(scope="module")
def module_azure() -> Iterator[EmulatedAzure]:
    """For fixtures that read it once for a module."""
    with pytest.MonkeyPatch.context() as patch, emulated_azure(patch) as emulated:
        yield emulated
