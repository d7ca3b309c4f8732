"""Whose bill an account's costs are on is no change of costs."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import NOW, TODAY
from core.windows import Window
from costs.models import CostTotal, DailyCost
from costs.queries.breakdown import cost_breakdown
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.summary import Summary, cost_summary
from costs.rollups import changing
from costs.testing import store_costs
from dashboard.spending import Spending, spending
from insights.daily_costs import read_bills
from insights.models import Anomaly, Forecast
from insights.refresh.refresh_all import refresh
from users.testing import person

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
START, MOVED = TODAY - timedelta(days=200), TODAY - timedelta(days=15)
BEFORE, SINCE = Window(START, MOVED), Window(MOVED, TODAY)
MONTH = Window(TODAY - timedelta(days=30), TODAY)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def payer() -> CloudAccount:
    """A payer with $3 a day of its own."""
    found = account(1, "payer")
    found.is_payer = True
    found.save()
    store_costs(found, Window(START, TODAY), {"EC2": "3"})
    return found


@pytest.fixture
def member() -> CloudAccount:
    return account(2, "member")


def on_bill(payer: CloudAccount, member: CloudAccount, window: Window) -> None:
    """Add $10 a day of the member to the payer's bill."""
    with changing([payer.pk], window):
        for day in window.days():
            DailyCost.objects.create(
                account=payer,
                day=day,
                sub_account_id=member.account_id,
                service="EC2",
                region="eu-west-1",
                charge_category="Usage",
                currency="USD",
                billed=10,
                effective=10,
                is_estimated=False,
            )
        CostTotal.objects.filter(account=payer).in_window(window).update(
            billed=13, effective=13
        )


@pytest.fixture
def joined(payer: CloudAccount, member: CloudAccount) -> None:
    store_costs(member, BEFORE, {"EC2": "10"})
    on_bill(payer, member, SINCE)
    member.payer = payer
    member.save()


@pytest.fixture
def left(payer: CloudAccount, member: CloudAccount) -> None:
    on_bill(payer, member, BEFORE)
    store_costs(member, SINCE, {"EC2": "10"})


def shown(user: User | None = None) -> Spending:
    found = spending(NOW, user or person("viewer"), {}, "USD")
    assert found is not None
    return found


def summary(user: User, only: dict[str, str] | None = None) -> Summary:
    query = CostQuery.from_values(only or {}, NOW)
    return cost_summary(CostSource.visible_to(user).filtered(query, user), MONTH)


def limited_to(*accounts: CloudAccount) -> User:
    user = person("operator")
    see_only(user, *accounts)
    return user


@pytest.mark.parametrize("how", ["joined", "left"])
def test_nothing_changed(how: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(how)
    found = shown()
    assert found.top_changes == []
    assert (found.last_days.total, found.last_days.before) == (390, 390)
    assert (found.summary.missing_days, found.summary.reconciled) == (0, True)
    told = summary(person("viewer"))
    assert (told.total, told.previous_total, told.missing_days) == (390, 390, 0)
    lines = cost_breakdown(
        CostQuery.from_values(
            {"group_by": "account", "start": MONTH.start, "end": MONTH.end}, NOW
        ),
        person("viewer"),
        {},
    ).lines
    assert [(line.total, line.before) for line in lines] == [(300, 300), (90, 90)]


def test_nothing_changed_where_one_joined_on_the_second_day_that_is_compared(
    payer: CloudAccount, member: CloudAccount
) -> None:
    second = MONTH.previous().start + timedelta(days=1)
    store_costs(member, Window(START, second), {"EC2": "10"})
    on_bill(payer, member, Window(second, TODAY))
    member.payer = payer
    member.save()
    assert shown().top_changes == []


@pytest.mark.parametrize("how", ["joined", "left"])
def test_one_bill_alone_is_compared_with_nothing_that_is_on_another(
    how: str, request: pytest.FixtureRequest, payer: CloudAccount, member: CloudAccount
) -> None:
    request.getfixturevalue(how)
    for user, only in (
        (person("viewer"), {"account": member.account_id}),
        (limited_to(member), {}),
    ):
        found = summary(user, only)
        assert (found.total, found.previous_total) == (150, None)


@pytest.mark.parametrize("how", ["joined", "left"])
def test_all_accounts_together_have_no_jump(
    how: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(how)
    (bill,) = read_bills(None, NOW)
    assert {*bill.summed(bill.charges)} == {13.0}
    refresh([None], NOW)
    assert not Anomaly.objects.exists()
    total = Forecast.objects.newest().get(account=None, scope="total")
    assert round(total.points.earliest("day").mean) == 13


def test_a_young_account_leaves_the_changes_on_other_bills_known(
    payer: CloudAccount, member: CloudAccount
) -> None:
    on_bill(payer, member, Window(START, TODAY))
    with changing([payer.pk], MONTH):
        on_it = DailyCost.objects.filter(sub_account_id=member.account_id)
        on_it.in_window(MONTH).update(billed=12)
        totals = CostTotal.objects.filter(account=payer)
        totals.in_window(MONTH).update(billed=15)
    store_costs(account(3, "young"), SINCE, {"EC2": "7"})
    (found,) = shown().top_changes
    assert (found.account_id, found.change) == (member.account_id, 60)


@pytest.mark.usefixtures("joined")
def test_the_largest_change_is_first_on_whichever_bill(
    payer: CloudAccount, member: CloudAccount
) -> None:
    with changing([payer.pk], MONTH):
        rows = DailyCost.objects.filter(account=payer).in_window(MONTH)
        rows.filter(sub_account_id=payer.account_id).update(billed=4)
        rows.filter(sub_account_id=member.account_id).update(billed=11)
        totals = CostTotal.objects.filter(account=payer)
        totals.in_window(Window(MONTH.start, MOVED)).update(billed=4)
        totals.in_window(SINCE).update(billed=15)
    changes = [(one.account_id, one.change) for one in shown().top_changes]
    assert changes == [(payer.account_id, 30), (member.account_id, 15)]


def test_days_that_nobody_read_are_shown_as_no_change(
    payer: CloudAccount, member: CloudAccount
) -> None:
    """Between its own bill and that of its payer."""
    store_costs(member, Window(START, MOVED - timedelta(days=4)), {"EC2": "10"})
    on_bill(payer, member, SINCE)
    found = shown()
    assert found.top_changes == []
    assert (found.last_days.total, found.last_days.before) == (350, None)


def test_one_that_joins_a_bill_in_another_currency_is_no_new_cost_there(
    payer: CloudAccount, member: CloudAccount
) -> None:
    store_costs(member, BEFORE, {"EC2": "9"}, currency="EUR")
    on_bill(payer, member, SINCE)
    member.payer = payer
    member.save()
    found = shown()
    assert (found.currency, found.other_currencies) == ("USD", ["EUR"])
    assert found.top_changes == []
    assert (found.last_days.total, found.last_days.before) == (240, None)
    assert found.summary.missing_days == 0
    euros = spending(NOW, person("viewer"), {}, "EUR")
    assert euros is not None
    assert euros.top_changes == []
    (bill,) = read_bills(None, NOW)[1:]
    assert bill.currency == "USD"
    assert [one.is_current for one in read_bills(None, NOW)] == [False, True]


def test_one_that_leaves_for_a_bill_in_another_currency_did_not_get_cheaper(
    payer: CloudAccount, member: CloudAccount
) -> None:
    on_bill(payer, member, BEFORE)
    store_costs(member, SINCE, {"EC2": "9"}, currency="EUR")
    found = shown()
    assert found.top_changes == []
    assert (found.last_days.total, found.last_days.before) == (240, None)


@pytest.mark.usefixtures("joined")
def test_what_ended_with_a_payer_that_is_read_no_more_is_not_forecast(
    payer: CloudAccount,
) -> None:
    store_costs(account(3, "other"), Window(START, TODAY), {"EC2": "7"})
    payer.is_enabled = False
    payer.save()
    (bill,) = read_bills(None, NOW)
    assert {*bill.summed(bill.charges)} == {7.0}


@pytest.mark.usefixtures("joined")
def test_one_that_is_closed_after_it_joined_stays_on_the_bill(
    member: CloudAccount,
) -> None:
    member.is_enabled = False
    member.save()
    (bill,) = read_bills(None, NOW)
    assert {*bill.summed(bill.charges)} == {13.0}
    assert (shown().last_days.before, shown().top_changes) == (390, [])


@pytest.mark.usefixtures("joined")
def test_a_payer_that_is_not_read_whole_leaves_its_members_changes_unknown(
    payer: CloudAccount,
) -> None:
    gap = Window(TODAY - timedelta(days=25), TODAY - timedelta(days=24))
    with changing([payer.pk], gap):
        DailyCost.objects.filter(account=payer).in_window(gap).delete()
        CostTotal.objects.filter(account=payer).in_window(gap).delete()
    found = shown()
    assert (found.top_changes, found.last_days.before) == ([], None)
    assert found.summary.missing_days == 1


@pytest.mark.usefixtures("joined")
def test_files_and_pages_hold_each_day_once() -> None:
    client = Client()
    client.force_login(person("viewer"))
    window = {"start": MONTH.start.isoformat(), "end": MONTH.end.isoformat()}
    answer = client.get("/api/v1/costs/", {**window, "format": "csv"})
    rows = b"".join(answer).decode().splitlines()
    assert len(rows) == 1 + 30 * 2
    text = client.get("/costs/", {**window, "group_by": "account"}).content.decode()
    assert "$390.00" in text
    assert ">member</a>" in text
