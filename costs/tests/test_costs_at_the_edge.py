"""Answers about bills with credits, restatements and amounts of 0."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from clouds.models import CloudAccount
from clouds.testing import account, see_all
from core.testing.clock import NOW
from core.windows import Window
from costs.models import CostTotal, DailyCost, Restatement
from costs.queries.breakdown import cost_breakdown
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.trend import Trend, cost_trend
from costs.rollups import changing
from costs.testing import charge, close
from syncs.datasets import Dataset
from syncs.testing import run

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
WINDOW = Window(date(2026, 6, 1), date(2026, 6, 5))
FIRST, SECOND, THIRD, FOURTH = WINDOW.days()


def trend(window: Window = WINDOW, **choice: Any) -> Trend:
    source = CostSource(DailyCost.objects.all(), CostTotal.objects.all())
    return cost_trend(source, window, **choice)


def totals(found: Trend) -> list[tuple[str, Decimal]]:
    return [(one.key, one.total) for one in found.series]


def restate(
    owner: CloudAccount, day: date, old: str, new: str, days_later: int
) -> Restatement:
    at = NOW + timedelta(days=days_later)
    return Restatement.objects.create(
        account=owner,
        day=day,
        currency="USD",
        old_billed=Decimal(old),
        new_billed=Decimal(new),
        old_effective=Decimal(old),
        new_effective=Decimal(new),
        was_estimated=False,
        restated_at=at,
        run=run(owner, Dataset.COST, at),
    )


@pytest.mark.parametrize(
    ("billed", "effective", "unreconciled"),
    [("0", "0", 0), ("0", "5", 1), ("5", "0", 1), ("0", "-0.0000000001", 1)],
)
def test_a_total_without_rows_reconciles_only_at_0(
    billed: str, effective: str, unreconciled: int
) -> None:
    owner = account()
    with changing([owner.pk]):
        CostTotal.objects.create(
            account=owner,
            day=FIRST,
            currency="USD",
            billed=Decimal(billed),
            effective=Decimal(effective),
            is_estimated=False,
        )
    assert CostTotal.objects.unreconciled().count() == unreconciled


def test_a_large_credit_is_no_large_cost() -> None:
    owner = account()
    charge(owner, FIRST, "-100", service="Credits", category="Credit")
    charge(owner, FIRST, "10")
    charge(owner, FIRST, "2", service="S3")
    close(owner, FIRST)
    assert totals(trend(limit=1)) == [("EC2", Decimal(10)), ("Other", Decimal(-98))]


@pytest.mark.parametrize("metric", ["billed", "effective"])
def test_other_comes_last_also_where_it_is_the_largest(metric: str) -> None:
    owner = account()
    for number in range(9):
        charge(owner, FIRST, f"{20 - number}", service=f"Service {number}")
    close(owner, FIRST)
    found = totals(trend(limit=2, metric=metric))
    assert found == [
        ("Service 0", Decimal(20)),
        ("Service 1", Decimal(19)),
        ("Other", Decimal(105)),
    ]


def test_a_month_is_estimated_where_one_of_its_days_is() -> None:
    owner = account()
    days = [date(2026, 5, 31), FIRST, THIRD, date(2026, 7, 1)]
    for day in days:
        charge(owner, day, "1")
    close(owner, days[0], days[1], days[3])
    close(owner, THIRD, estimated=True)
    window = Window(date(2026, 5, 1), date(2026, 7, 2))
    found = trend(window, granularity="monthly")
    assert found.estimated == {FIRST}
    assert found.estimated_from == THIRD
    assert trend(window).estimated == {THIRD}


@pytest.fixture
def viewer() -> User:
    user = User.objects.create(username="viewer")
    see_all(user)
    return user


def restatements(viewer: User) -> Sequence[Restatement]:
    days = {"start": WINDOW.start.isoformat(), "end": WINDOW.end.isoformat()}
    query = CostQuery.from_values(days, NOW)
    return cost_breakdown(query, viewer, {}).restatements


def test_the_newest_restated_days_come_first(viewer: User) -> None:
    owner = account()
    close(owner, FIRST, SECOND, THIRD)
    late = restate(owner, FIRST, "1", "2", days_later=9)
    newest = restate(owner, THIRD, "1", "2", days_later=1)
    second, first = (restate(owner, SECOND, "1", "2", days_later=n) for n in (3, 2))
    same = restate(account(2, "other"), SECOND, "2", "3", days_later=3)
    assert list(restatements(viewer)) == [newest, same, second, first, late]


@pytest.mark.parametrize(
    ("granularity", "changes"),
    [
        ("daily", {FIRST: Decimal(1), SECOND: Decimal("-1.5")}),
        ("monthly", {FIRST: Decimal("-0.5")}),
    ],
)
def test_the_change_of_a_month_is_that_of_its_days(
    viewer: User, granularity: str, changes: dict[date, Decimal]
) -> None:
    owner = account()
    close(owner, FIRST, SECOND)
    restate(owner, FIRST, "1", "2", days_later=1)
    restate(owner, SECOND, "5", "3.5", days_later=1)
    days = {"start": WINDOW.start.isoformat(), "end": WINDOW.end.isoformat()}
    query = CostQuery.from_values({**days, "granularity": granularity}, NOW)
    assert cost_breakdown(query, viewer, {}).restated == changes


def test_what_a_member_was_restated_is_on_its_payers_bill(viewer: User) -> None:
    payer, member = account(1, "payer"), account(2, "member")
    for owner in (payer, member):
        charge(owner, FIRST, "5", sub_account=member.account_id)
        close(owner, FIRST)
    restate(member, FIRST, "1", "5", days_later=1)
    mine = restate(payer, FIRST, "2", "5", days_later=2)
    assert list(restatements(viewer)) == [mine]
