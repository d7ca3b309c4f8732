"""The summary: a window in a few numbers, and whether they can be trusted."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from clouds.models import CloudAccount
from clouds.testing import account
from core.windows import ONE_DAY, Window
from costs.models import CostTotal, DailyCost
from costs.queries.coverage import change_percent
from costs.queries.source import CostSource
from costs.queries.summary import Summary, cost_summary
from costs.queries.trend import Point, SeveralCurrencies
from costs.querysets import DailyCostQuerySet
from costs.rollups import changing
from costs.testing import charge, close, store_costs
from providers.records import UNALLOCATED

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
WINDOW = Window(date(2026, 6, 3), date(2026, 6, 6))
BEFORE = WINDOW.previous()
FIRST, SECOND, THIRD = WINDOW.days()


def summary(
    window: Window = WINDOW, rows: DailyCostQuerySet | None = None, **choice: Any
) -> Summary:
    rows = DailyCost.objects.all() if rows is None else rows
    return cost_summary(CostSource(rows, CostTotal.objects.all()), window, **choice)


def test_every_number_of_it() -> None:
    owner = account()
    store_costs(owner, BEFORE, {"EC2": "10"})
    for day, billed in zip(WINDOW.days(), ("10", "20", "12.5"), strict=True):
        charge(owner, day, billed, effective="1")
    charge(owner, THIRD, "0.0000000002", service=UNALLOCATED, effective="0.5")
    close(owner, FIRST, SECOND)
    close(owner, THIRD, estimated=True)
    assert summary() == Summary(
        start=WINDOW.start,
        end=WINDOW.end,
        currency="USD",
        total=Decimal("42.5000000002"),
        average_daily=Decimal("14.1666666667"),
        highest=Point(SECOND, Decimal(20)),
        lowest=Point(FIRST, Decimal(10)),
        days=3,
        previous_total=Decimal(30),
        change_percent=41.67,
        estimated_days=1,
        unallocated=Decimal("0.0000000002"),
        reconciled=True,
        unreconciled_days=0,
        missing_days=0,
        still_expected=None,
        raw_days=None,
    )
    effective = summary(metric="effective")
    assert (effective.total, effective.unallocated) == (Decimal("3.5"), Decimal("0.5"))


def test_nothing_stored_is_unknown_and_not_zero() -> None:
    found = summary()
    assert (found.total, found.average_daily, found.unallocated) == (None, None, None)
    assert (found.highest, found.lowest, found.currency) == (None, None, None)
    assert (found.previous_total, found.change_percent) == (None, None)
    assert (found.days, found.estimated_days, found.reconciled) == (0, 0, None)


def test_a_stored_day_without_a_charge_is_the_lowest() -> None:
    owner = account()
    charge(owner, FIRST, "9")
    close(owner, FIRST, SECOND)
    found = summary()
    assert found.lowest == Point(SECOND, Decimal(0))
    assert (found.days, found.average_daily) == (2, Decimal("4.5"))


def test_of_equal_days_the_earliest_is_named() -> None:
    store_costs(account(), WINDOW, {"EC2": "1"})
    assert summary().highest == summary().lowest == Point(FIRST, Decimal(1))


def test_the_period_before_is_unknown_unless_it_is_stored_whole() -> None:
    owner = account()
    store_costs(owner, WINDOW, {"EC2": "10"})
    store_costs(owner, Window(date(2026, 6, 1), WINDOW.start), {"EC2": "10"})
    assert (summary().previous_total, summary().change_percent) == (None, None)
    store_costs(owner, Window(BEFORE.start, date(2026, 6, 1)), {"EC2": "10"})
    assert (summary().previous_total, summary().change_percent) == (Decimal(30), 0.0)


def test_the_period_before_is_unknown_where_one_account_lacks_a_day() -> None:
    owner, other = account(), account(2, "staging")
    for one in (owner, other):
        store_costs(one, Window(BEFORE.start, WINDOW.end), {"EC2": "10"})
    with changing([other.pk]):
        other.cost_totals.filter(day=date(2026, 6, 1)).delete()
        other.daily_costs.filter(day=date(2026, 6, 1)).delete()
    assert summary().previous_total is None
    assert summary().reconciled is True


def test_an_account_connected_since_is_no_rise_in_costs() -> None:
    store_costs(account(), Window(BEFORE.start, WINDOW.end), {"EC2": "10"})
    store_costs(account(2, "new"), WINDOW, {"EC2": "1"})
    found = summary()
    assert (found.total, found.reconciled) == (33, True)
    assert (found.previous_total, found.change_percent) == (None, None)


def test_a_window_that_is_not_stored_whole_is_compared_with_nothing() -> None:
    newest = WINDOW.end - ONE_DAY
    store_costs(account(), Window(BEFORE.start, newest), {"EC2": "10"})
    found = summary()
    assert (found.days, found.total) == (2, 20)
    assert (found.previous_total, found.change_percent) == (None, None)


def test_a_disabled_account_lacks_no_day_after_its_last() -> None:
    both = Window(BEFORE.start, WINDOW.end)
    store_costs(account(), both, {"EC2": "10"})
    left = account(2, "left")
    store_costs(left, Window(BEFORE.start - ONE_DAY * 9, BEFORE.start), {"EC2": "1"})
    CloudAccount.objects.filter(pk=left.pk).update(is_enabled=False)
    found = summary()
    assert (found.reconciled, found.missing_days) == (True, 0)
    assert found.previous_total == 30


def test_a_service_that_has_ended_fell_by_all_it_cost() -> None:
    owner = account()
    store_costs(owner, BEFORE, {"Old": "7"})
    store_costs(owner, WINDOW, {"EC2": "1"})
    found = summary(rows=DailyCost.objects.filter(service="Old"))
    assert (found.total, found.previous_total) == (0, 21)
    assert found.change_percent == -100.0


def test_what_a_payers_bill_covers_by_now_is_not_counted_twice() -> None:
    payer, member = account(), account(2, "member")
    store_costs(member, WINDOW, {"EC2": "10"})
    store_costs(payer, WINDOW, {"S3": "1"})
    for day in list(WINDOW.days())[1:]:
        charge(payer, day, "10", sub_account=member.account_id)
    assert summary().total == 33


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        ("100", "125", 25.0),
        ("3", "2", -33.33),
        ("0", "10", None),
        ("-5", "10", None),
        ("10", "0", -100.0),
        (None, "10", None),
        ("10", None, None),
    ],
)
def test_a_change_from_nothing_has_no_percentage(
    before: str | None, now: str | None, change: float | None
) -> None:
    amounts = [None if text is None else Decimal(text) for text in (before, now)]
    assert change_percent(*amounts) == change


@pytest.mark.parametrize("column", ["billed", "effective"])
def test_a_row_that_changed_alone_no_longer_reconciles(column: str) -> None:
    owner = account()
    store_costs(owner, WINDOW, {"EC2": "10", "S3": "1"})
    assert summary().reconciled is True
    row = DailyCost.objects.filter(day=SECOND, service="S3")
    with changing([owner.pk]):
        row.update(**{column: Decimal("1.0000000001")})
    assert (summary().reconciled, summary().unreconciled_days) == (False, 1)


def test_a_row_that_went_alone_no_longer_reconciles() -> None:
    owner = account()
    store_costs(owner, WINDOW, {"EC2": "10"})
    with changing([owner.pk]):
        DailyCost.objects.filter(day=SECOND).delete()
    assert (summary().reconciled, summary().unreconciled_days) == (False, 1)


def test_it_does_not_reconcile_while_an_account_lacks_days() -> None:
    store_costs(account(), WINDOW, {"EC2": "10"})
    behind = account(2, "staging")
    store_costs(behind, Window(FIRST, SECOND), {"EC2": "1"})
    assert (summary().reconciled, summary().missing_days) == (False, 2)


def test_what_is_not_read_yet_by_any_account_is_not_missing() -> None:
    store_costs(account(), Window(FIRST, SECOND), {"EC2": "10"})
    store_costs(account(2, "staging"), Window(FIRST, SECOND), {"EC2": "10"})
    assert (summary().reconciled, summary().days) == (True, 1)


def test_filtered_rows_leave_the_bill_reconciled() -> None:
    store_costs(account(), WINDOW, {"EC2": "10", "S3": "1"})
    some = DailyCost.objects.filter(service="S3")
    found = cost_summary(CostSource(some, CostTotal.objects.all()), WINDOW)
    assert (found.total, found.reconciled) == (3, True)


def test_two_currencies_are_refused_until_one_is_chosen() -> None:
    store_costs(account(), WINDOW, {"EC2": "1"})
    store_costs(account(2, "london"), WINDOW, {"EC2": "2"}, currency="GBP")
    with pytest.raises(SeveralCurrencies, match="GBP, USD"):
        summary()
    pounds = DailyCost.objects.filter(currency="GBP")
    found = cost_summary(
        CostSource(pounds, CostTotal.objects.filter(currency="GBP")), WINDOW
    )
    assert (found.currency, found.total, found.reconciled) == ("GBP", 6, True)


def test_it_asks_the_database_four_times(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    store_costs(account(), Window(BEFORE.start, WINDOW.end), {"EC2": "1"})
    # Sums per day; stored days, estimated and unreconciled; each account's history; by
    # how much recent days grow.
    with django_assert_num_queries(4):
        summary()
