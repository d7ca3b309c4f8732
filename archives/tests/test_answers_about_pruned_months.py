"""Of a pruned month its sums answer exactly; what only its rows tell is unknown."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from archives.tests.months import run
from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import Window
from costs.allocation.team_costs import team_costs
from costs.allocation.testing import team_rule
from costs.explain.explanation import explain_costs
from costs.largest_changes.ranking import largest_changes
from costs.queries.breakdown import CostBreakdown, cost_breakdown, in_one_currency
from costs.queries.query import CostQuery
from costs.testing import charge, close, one_bill
from users.testing import person

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
# About a first of ten days, so that days on both sides of it are read.
WINDOW = Window(date(2024, 3, 24), date(2024, 4, 9))
MARCH_DAYS, APRIL_DAYS = 8, 8
PAIRS = "account,service"


@pytest.fixture(scope="module", autouse=True)
def bill(module_db: None, tmp_path_factory: pytest.TempPathFactory) -> CloudAccount:
    """March and April of two services in two members, whose March is pruned."""
    owner = account()
    with one_bill(owner):
        for day in Window(date(2024, 3, 1), date(2024, 5, 1)).days():
            for member, amount in (("7", "1"), ("8", "3")):
                for service in ("EC2", "S3"):
                    charge(owner, day, amount, service=service, sub_account=member)
            close(owner, day)
    run("prune", "cost", "--to", tmp_path_factory.mktemp("archive"), "--yes")
    run("restore_archive", "cost", "2024-04")
    return owner


def query(window: Window = WINDOW, **values: Any) -> CostQuery:
    asked = {"start": f"{window.start}", "end": f"{window.end}", **values}
    return CostQuery.from_values(asked, NOW)


def answer(asked: CostQuery) -> CostBreakdown:
    return cost_breakdown(asked, person("viewer"), {})


@pytest.mark.parametrize(
    "values",
    [
        {"group_by": PAIRS},
        {"group_by": PAIRS, "limit": 1},
        {"group_by": PAIRS, "granularity": "monthly"},
        {"group_by": "service", "account": "000000000001"},
        {"group_by": "service", "sub_account": ["7", "8"]},
        {"group_by": "none", "search": "e"},
    ],
)
def test_what_only_rows_tell_is_unknown(values: Mapping[str, Any]) -> None:
    asked = query(**values)
    found = answer(asked)
    unknown = {
        day: is_stored
        for day, is_stored in found.trend.periods.items()
        if day < date(2024, 4, 1)
    }
    assert not any(unknown.values())
    for series in found.trend.series:
        amounts = {point.day: point.amount for point in series.points}
        assert {amounts[day] for day in unknown} == {None}
    assert found.trend.total == sum(found.amounts.values()) == 8 * APRIL_DAYS
    assert WINDOW in found.incomplete
    assert found.total and found.total.before is None


def test_what_sums_tell_is_exact() -> None:
    found = answer(query(group_by="service"))
    assert found.trend.total == 8 * (MARCH_DAYS + APRIL_DAYS)
    assert found.incomplete == []
    assert found.total and found.total.before == 8 * len(WINDOW)


def test_nothing_is_compared_with_what_is_unknown(bill: CloudAccount) -> None:
    april = Window(date(2024, 4, 1), date(2024, 5, 1))
    found = answer(query(april, group_by=PAIRS))
    assert found.trend.total == 8 * 30
    assert found.incomplete == [found.previous]
    viewer = User.objects.get(username="viewer")
    changes = largest_changes(query(april, group_by=PAIRS), viewer, {})
    assert (changes.changes, changes.not_compared) == ([], [bill.pk])


def test_a_new_account_makes_no_change_of_what_is_unknown(bill: CloudAccount) -> None:
    new, april = account(2, "new"), Window(date(2024, 4, 1), date(2024, 5, 1))
    with one_bill(new):
        charge(new, april.start, "5")
        close(new, april.start)
    found = largest_changes(query(april, group_by="service"), person("viewer"), {})
    assert (found.changes, found.not_compared) == ([], [new.pk, bill.pk])


def test_rows_that_came_late_are_not_the_whole_of_their_day(bill: CloudAccount) -> None:
    charge(bill, date(2024, 3, 30), "1", service="Late", sub_account="7")
    found = answer(query(group_by=PAIRS))
    assert found.trend.total == 8 * APRIL_DAYS
    assert "Late" not in str(found.trend.series)


def test_an_explanation_is_by_service_of_what_is_not_known_by_account() -> None:
    asked, source, _ = in_one_currency(query(group_by="service"), person("viewer"))
    found = explain_costs(asked, source)
    assert not found.is_by_account
    assert found.total == found.before == 8 * len(WINDOW)


@pytest.mark.parametrize(
    ("columns", "days"),
    [
        ({"services": ["EC2"]}, MARCH_DAYS + APRIL_DAYS),
        ({"services": ["EC2"], "sub_accounts": ["7", "8"]}, APRIL_DAYS),
    ],
)
def test_teams_pay_what_is_known(columns: Mapping[str, Any], days: int) -> None:
    team_rule(to={"Shop": "100"}, **columns)
    asked, source, _ = in_one_currency(query(), person("viewer"))
    found = team_costs(asked, source)
    assert found.trend.total == found.bill == 8 * days
    assert {one.key: one.total for one in found.trend.series}["Shop"] == 4 * days
    assert found.reconciled


def test_a_summary_says_which_days_it_lacks(admin_user: User) -> None:
    client = APIClient()
    client.force_authenticate(admin_user)
    address = f"/api/v1/costs/summary/?start={WINDOW.start}&end={WINDOW.end}"
    found = client.get(f"{address}&group_by={PAIRS}").json()
    assert Decimal(found["total"]) == 8 * APRIL_DAYS
    assert (found["days"], found["missing_days"]) == (APRIL_DAYS, MARCH_DAYS)
    assert sum(Decimal(one["total"]) for one in found["groups"]) == 8 * APRIL_DAYS
    assert Decimal(client.get(address).json()["total"]) == 8 * len(WINDOW)


def test_once_restored_its_rows_tell_all() -> None:
    run("restore_archive", "cost", "2024-03")
    found = answer(query(group_by=PAIRS))
    assert found.trend.total == 8 * len(WINDOW)
    assert found.incomplete == []
