"""What is known of each day of an account's bill."""

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import ONE_DAY, Window
from costs.calendar.account_days import AccountDays, DayState, account_days
from costs.models import CostTotal
from costs.testing import charge, close, store_costs

pytestmark = pytest.mark.django_db
MONTH = Window(date(2026, 11, 1), TODAY)
YESTERDAY = TODAY - ONE_DAY


def days_of(owner: CloudAccount, window: Window = MONTH) -> AccountDays:
    (found,) = account_days([owner], window, NOW)
    return found


def test_each_day_has_the_state_that_its_bill_has() -> None:
    owner = account()
    store_costs(owner, MONTH, {"EC2": "5"}, estimated_from=date(2026, 11, 17))
    CostTotal.objects.filter(day=date(2026, 11, 3)).update(is_reconciled=False)
    CostTotal.objects.filter(day__range=("2026-11-05", "2026-11-06")).delete()
    found = days_of(owner)
    assert found.counts == {
        DayState.MISSING: 2,
        DayState.READ: 1,
        DayState.ESTIMATED: 3,
        DayState.RECONCILED: 13,
    }
    assert found.missing == [Window(date(2026, 11, 5), date(2026, 11, 7))]
    assert found.states[date(2026, 11, 3)] == DayState.READ


def test_what_is_not_read_since_is_missing_but_for_yesterday() -> None:
    owner = account()
    store_costs(owner, Window(MONTH.start, date(2026, 11, 10)), {"EC2": "5"})
    assert days_of(owner).missing == [Window(date(2026, 11, 10), YESTERDAY)]
    assert YESTERDAY not in days_of(owner).states


def test_nothing_is_expected_before_the_first_day_nor_of_who_was_never_read() -> None:
    owner = account()
    assert days_of(owner).states == {}
    store_costs(owner, Window(date(2026, 11, 15), TODAY), {"EC2": "5"})
    found = days_of(owner)
    assert (min(found.states), found.missing) == (date(2026, 11, 15), [])


def test_a_disabled_account_lacks_nothing_after_its_last_day() -> None:
    owner = account()
    store_costs(owner, Window(MONTH.start, date(2026, 11, 10)), {"EC2": "5"})
    owner.is_enabled = False
    owner.save()
    assert days_of(owner).missing == []


def test_a_members_days_are_on_its_payers_bill() -> None:
    payer, member = account(1, "payer"), account(2, "member")
    member.payer = payer
    member.save()
    store_costs(member, Window(MONTH.start, date(2026, 11, 3)), {"EC2": "3"})
    day = date(2026, 11, 5)
    charge(payer, day, "2", sub_account=member.account_id)
    close(payer, day)
    found = days_of(member)
    assert found.states[day] == DayState.COVERED
    assert found.states[date(2026, 11, 2)] == DayState.RECONCILED
    assert found.missing == []


def test_of_two_currencies_the_worse_one_counts() -> None:
    owner, day = account(), date(2026, 11, 5)
    charge(owner, day, "2")
    close(owner, day)
    charge(owner, day, "2", currency="EUR")
    close(owner, day, currency="EUR", estimated=True)
    assert days_of(owner, Window(day, day + ONE_DAY)).states == {
        day: DayState.ESTIMATED
    }


def test_strips_draw_each_month_and_cut_what_runs_over_its_end() -> None:
    owner = account()
    window = Window(date(2026, 10, 30), date(2026, 11, 4))
    store_costs(owner, window, {"EC2": "5"})
    CostTotal.objects.filter(day=date(2026, 11, 2)).delete()
    october, november = days_of(owner, window).strips
    assert (october.month, october.length) == (date(2026, 10, 1), 31)
    assert october.paths == [(DayState.RECONCILED, "M29 0.3h2v0.7h-2z")]
    assert november.paths == [
        (DayState.MISSING, "M1 0h1v1h-1z"),
        (DayState.RECONCILED, "M0 0.3h1v0.7h-1zM2 0.3h1v0.7h-1z"),
    ]


def test_it_asks_as_much_of_many_accounts_as_of_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    accounts = [account(number, f"account-{number}") for number in range(1, 6)]
    for one in accounts:
        store_costs(one, Window(TODAY - timedelta(3), TODAY), {"EC2": "5"})
    with django_assert_num_queries(3):  # totals, their ends, covered days
        assert len(account_days(accounts, MONTH, NOW)) == 5
