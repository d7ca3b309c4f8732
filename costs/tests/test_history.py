"""What is held in memory answers as the database does, of any window."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clouds.testing import account
from core.testing.clock import NOW
from costs import memory
from costs.history import HeldRows
from costs.memory import HELD, remembered
from costs.querysets import GROUPS, METRICS
from costs.scope import CostScope, read_scope
from costs.summary import cost_summary
from costs.testing import charge, close
from costs.trend import SeveralCurrencies, cost_trend
from people.models import AccountAccess
from providers.windows import ONE_DAY, Window
from syncs.models import CloudAccount

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
FIRST = TODAY - ONE_DAY * 40
WINDOWS = [
    Window(TODAY - ONE_DAY * 3, TODAY),
    Window(FIRST, TODAY),
    # Before anything is stored, and past it.
    Window(FIRST - ONE_DAY * 9, FIRST + ONE_DAY * 2),
    Window(TODAY - ONE_DAY, TODAY + ONE_DAY * 5),
    Window(FIRST - ONE_DAY * 9, FIRST - ONE_DAY * 5),
]


@pytest.fixture
def viewer() -> User:
    return User.objects.create_superuser("viewer")


@pytest.fixture(autouse=True)
def bill() -> None:
    """Forty days; a service that comes and goes, one unallocated, a day of nothing."""
    owner, days = account(), list(Window(FIRST, TODAY).days())
    for number, day in enumerate(days):
        if number % 13 == 12:
            continue
        charge(owner, day, f"{number}.0000000001", effective="7")
        charge(owner, day, "2.5", service="S3", region="", category="Tax")
        if number > 20:
            charge(owner, day, "-1", service="Unallocated", region="us-east-1")
    close(owner, *days[:35])
    close(owner, *days[35:], estimated=True)


def held(scope: CostScope, group_by: str, metric: str, **more: Any) -> Any:
    """Rows and totals from memory, once they were asked for twice."""
    options = {"version": "1", "asked": [], "group_by": group_by, "metric": metric}
    for _ in range(2):
        rows, totals = remembered(scope.rows, scope.totals, **{**options, **more})
    return rows, totals


@pytest.mark.parametrize("query", ["", "service=EC2", "exclude=Tax", "currency=USD"])
@pytest.mark.parametrize("group_by", GROUPS)
def test_any_window_is_answered_as_the_database_does(
    viewer: User, query: str, group_by: str
) -> None:
    scope = read_scope(QueryDict(query), NOW, viewer)
    for metric in METRICS:
        rows, totals = held(scope, group_by, metric, asked=[query])
        is_held = isinstance(rows, HeldRows)
        # No rollup tells two dimensions apart.
        assert is_held == (
            query != "service=EC2" or group_by not in ("region", "account")
        )
        for window, granularity, limit in product(
            WINDOWS, ["daily", "monthly"], [None, 1]
        ):
            choice: dict[str, Any] = {
                "group_by": group_by,
                "metric": metric,
                "granularity": granularity,
                "limit": limit,
            }
            assert cost_trend(rows, totals, window, **choice) == cost_trend(
                scope.rows, scope.totals, window, **choice
            )


@pytest.mark.parametrize("window", WINDOWS)
def test_a_summary_is_answered_as_the_database_does(
    viewer: User, window: Window
) -> None:
    scope = read_scope(QueryDict(), NOW, viewer)
    for metric in METRICS:
        rows, totals = held(scope, "service", metric, with_accounts=True)
        assert isinstance(rows, HeldRows)
        assert totals.accounts is not None
        assert cost_summary(rows, totals, window, metric=metric) == cost_summary(
            scope.rows, scope.totals, window, metric=metric
        )


def test_each_account_is_told_of_as_the_database_does(viewer: User) -> None:
    late, gone = account(2, "late"), account(3, "gone")
    CloudAccount.objects.filter(pk=gone.pk).update(is_enabled=False)
    close(late, *Window(FIRST + ONE_DAY * 30, TODAY).days())
    close(late, FIRST, FIRST + ONE_DAY * 35, currency="EUR")
    close(gone, *Window(FIRST, FIRST + ONE_DAY * 9).days())
    # Rows of two days do not sum to the bill any more.
    charge(late, FIRST, "1", currency="EUR")
    charge(gone, FIRST + ONE_DAY, "1")
    scope = read_scope(QueryDict(), NOW, viewer)
    _, totals = held(scope, "service", "billed", with_accounts=True)
    for currency in (None, "USD", "EUR", "GBP"):
        one, other = (
            bills.in_currency(currency) if currency else bills
            for bills in (totals, scope.totals)
        )
        assert one.accounts is not None
        assert other.accounts is None
        assert one.spans(*WINDOWS) == other.totals.spans(*WINDOWS)
        for window in WINDOWS:
            found = one.count_unreconciled(window)
            assert found == other.totals.count_unreconciled(window)
    assert totals.count_unreconciled(WINDOWS[1]) == 2


def test_two_currencies_are_refused_only_where_a_window_holds_both(
    viewer: User,
) -> None:
    owner = account(2, "european")
    charge(owner, FIRST, "3", currency="EUR")
    close(owner, FIRST, currency="EUR")
    rows, totals = held(read_scope(QueryDict(), NOW, viewer), "service", "billed")
    with pytest.raises(SeveralCurrencies):
        cost_trend(rows, totals, Window(FIRST, TODAY))
    later = cost_trend(rows, totals, Window(FIRST + ONE_DAY, TODAY))
    assert later.currency == "USD"


def test_the_third_window_asks_no_table_of_costs_until_the_data_moves(
    viewer: User,
) -> None:
    client = APIClient()
    client.force_authenticate(viewer)

    def ask(start: date) -> tuple[str, list[str]]:
        address = f"/api/v1/costs/trend/?start={start}&end={TODAY}"
        with CaptureQueriesContext(connection) as asked:
            total: str = client.get(address).json()["total"]
        tables = [
            name
            for name in ("costs_costrollup", "costs_billday")
            if any(name in query["sql"] for query in asked)
        ]
        return total, tables

    assert ask(TODAY - ONE_DAY * 2)[1] != []
    assert ask(TODAY - ONE_DAY * 3)[1] != []
    total, tables = ask(TODAY - ONE_DAY)
    assert (total, tables) == ("40.5000000001", [])
    charge(account(3, "new"), TODAY - ONE_DAY, "100")
    # Other windows than before, so that no answer as a whole was kept.
    total, tables = ask(TODAY - ONE_DAY * 4)
    assert tables != []
    assert total == "216.5000000003"


def test_who_is_limited_and_what_is_too_large_is_asked_of_the_database(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = User.objects.create(username="limited")
    AccountAccess.objects.create(user=limited)
    scope = read_scope(QueryDict(), NOW, limited)
    assert held(scope, "service", "billed") == (scope.rows, scope.totals)
    scope = read_scope(QueryDict(), NOW, viewer)
    some = read_scope(QueryDict("account=000000000001"), NOW, viewer)
    assert held(some, "service", "billed") == (some.rows, some.totals)
    without = held(scope, "service", "billed", version=None)
    assert without == (scope.rows, scope.totals)
    # One account with forty days, which have 36 sums.
    monkeypatch.setattr(memory, "LARGEST", 39)
    rows, totals = held(scope, "none", "billed", with_accounts=True)
    assert isinstance(rows, HeldRows)
    assert totals.accounts is None
    monkeypatch.setattr(memory, "LARGEST", 35)
    HELD.clear()
    assert held(scope, "service", "billed") == (scope.rows, scope.totals)
