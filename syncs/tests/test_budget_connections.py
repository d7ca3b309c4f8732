"""Threads that read regions reserve from the budget and keep no connection."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from threading import Event, Thread

import pytest
from django.db import connection
from pytest_django import Settings

from core.testing.clock import NOW
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until
from providers.errors import ProviderError
from syncs.api_usage.recording import budget_gate
from syncs.models import ApiBudgetDay

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql"),
]
THREADS = 4


def connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def reserving() -> Iterator[None]:
    """The block begins once all threads have reserved, and they end after it."""
    gate = budget_gate(NOW.date)
    ready, over = [Event() for _ in range(THREADS)], Event()

    def read_region(done: Event) -> None:
        with suppress(ProviderError):
            gate(Decimal("0.01"))
        done.set()
        over.wait(HANGS_AFTER_SECONDS)

    threads = [Thread(target=read_region, args=[done]) for done in ready]
    for thread in threads:
        thread.start()
    try:
        assert all(done.wait(HANGS_AFTER_SECONDS) for done in ready)
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("budget", ["1", "0.02"])
def test_no_connection_is_left_whether_the_budget_suffices_or_not(
    budget: str, settings: Settings
) -> None:
    settings.AWS_API_DAILY_BUDGET_USD = Decimal(budget)
    before = connections()
    with reserving():
        # The server ends those that were closed a moment later.
        wait_until("closed connections", lambda: connections() == before)
    reserved = ApiBudgetDay.objects.get(day=NOW.date()).usd_e5
    assert reserved == min(THREADS, int(Decimal(budget) * 100)) * 1000
