"""Two people give budgets one name at the same instant: the later one is told so."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from core.testing.second_connection import is_a_lock_awaited, second_connection
from core.testing.waiting import wait_until
from insights.budgets import changes
from insights.budgets.models import NAME_TAKEN
from insights.budgets.refresh import refresh_budget
from insights.models import Budget
from insights.testing import budget
from users.testing import session_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql"),
]
GIVEN = {"name": "All", "scope": "total", "currency": "USD", "amount": "100"}
Ask = Callable[[User], Any]


def added_by_api(user: User) -> Any:
    return session_of(user).post("/api/v1/budgets/", GIVEN, format="json")


def renamed_by_api(user: User) -> Any:
    path = f"/api/v1/budgets/{Budget.objects.get(name='Other').pk}/"
    return session_of(user).patch(path, {"name": "All", "version": 1}, format="json")


def added_by_page(user: User, path: str = "/insights/budgets/add/") -> Any:
    client = Client()
    client.force_login(user)
    percents = {"actual_percents": "80", "forecasted_percents": "100"}
    return client.post(path, GIVEN | percents)


def added_in_admin(user: User) -> Any:
    return added_by_page(user, "/admin/insights/budget/add/")


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (added_by_api, 400),
        (renamed_by_api, 400),
        (added_by_page, 200),
        (added_in_admin, 200),
    ],
)
def test_the_later_one_is_told_that_the_name_is_taken(
    ask: Ask, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget(name="Other")
    user = User.objects.create_superuser("ada")
    late: list[Any] = []
    with ExitStack() as beside:

        def refresh(*given: Any) -> None:
            """Let the other one ask before this one's name can be seen."""
            monkeypatch.undo()
            work = second_connection(lambda: late.append(ask(user)))
            other = beside.enter_context(work)
            wait_until(
                "the other one",
                lambda: is_a_lock_awaited() or not other.is_alive(),
            )
            refresh_budget(*given)

        monkeypatch.setattr(changes, "refresh_budget", refresh)
        assert added_by_api(user).status_code == 201
    (answer,) = late
    assert answer.status_code == status
    assert NAME_TAKEN in answer.content.decode()
    assert Budget.objects.filter(name="All").count() == 1
