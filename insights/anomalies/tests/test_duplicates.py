"""One incident is one row: of an account, or of all accounts together, not of both."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import ONE_DAY, Window, last_complete_days
from costs.models import DailyCost
from costs.testing import store_costs
from insights.anomalies.store import overlap
from insights.models import Anomaly
from insights.refresh.refresh_all import refresh
from insights.refresh.refresh_state import Part
from insights.testing import request_of
from insights.transitions import change_status

pytestmark = pytest.mark.django_db
DAYS = last_complete_days(120, NOW)
SPIKE = Window(TODAY - timedelta(days=20), TODAY - timedelta(days=17))
MEMBERS = ("000000000002", "000000000003")


def organization() -> CloudAccount:
    """A payer on whose bill each of two members uses EC2 for 100 a day."""
    payer = account()
    payer.is_payer = True
    payer.save()
    store_costs(payer, DAYS, {"EC2": "200"})
    DailyCost.objects.update(billed=100, effective=100, sub_account_id=MEMBERS[0])
    second = list(DailyCost.objects.all())
    for row in second:
        row.pk, row.sub_account_id = None, MEMBERS[1]
    DailyCost.objects.bulk_create(second)
    return payer


def spike(**which: object) -> None:
    """Of these rows 150 a day instead of 100, for three days."""
    rows = DailyCost.objects.filter(day__in=SPIKE.days(), **which)
    rows.update(billed=Decimal(150), effective=Decimal(150))


def refresh_anomalies() -> None:
    accounts: list[CloudAccount | None] = [*CloudAccount.objects.all(), None]
    for outcome in refresh(accounts, NOW, parts=[Part.ANOMALIES]):
        assert outcome.failures == []


def test_an_incident_of_several_members_is_one_of_their_payers_bill() -> None:
    payer = organization()
    spike()
    refresh_anomalies()
    row = Anomaly.objects.get()
    assert (row.account, row.service, row.sub_account_id) == (payer, "EC2", "")
    assert row.impact == pytest.approx(Decimal(300), abs=15)
    refresh_anomalies()
    assert Anomaly.objects.get() == row


def test_it_is_so_beside_another_account_too() -> None:
    payer = organization()
    store_costs(account(4, "alone"), DAYS, {"EC2": "100"})
    spike(account=payer)
    refresh_anomalies()
    assert Anomaly.objects.get().account == payer


def test_one_that_was_shown_twice_before_is_resolved() -> None:
    organization()
    spike()
    refresh_anomalies()
    twin = Anomaly.objects.get()
    twin.pk, twin.account, twin.version = None, None, 1
    twin.save(force_insert=True)
    refresh([None], NOW, parts=[Part.ANOMALIES], force=True)
    twin.refresh_from_db()
    assert twin.status == "resolved"
    assert Anomaly.objects.open().count() == 1


def test_what_is_too_small_in_each_account_is_still_one_of_all() -> None:
    for number in range(1, 5):
        store_costs(account(number, f"account-{number}"), DAYS, {"EC2": "60"})
    rows = DailyCost.objects.filter(day__in=SPIKE.days())
    rows.update(billed=Decimal(70), effective=Decimal(70))
    refresh_anomalies()
    row = Anomaly.objects.get()
    assert (row.account, row.scope) == (None, "total")
    change_status(row, "dismissed", 1, NOW, request=request_of())
    refresh_anomalies()
    assert Anomaly.objects.get().status == "dismissed"


@pytest.mark.parametrize(("days_between", "is_same"), [(0, True), (1, False)])
def test_incidents_with_a_day_between_them_are_two(
    days_between: int, is_same: bool
) -> None:
    one = Anomaly(first_day=TODAY, last_day=TODAY + ONE_DAY)
    begins = TODAY + ONE_DAY * (2 + days_between)
    other = Anomaly(first_day=begins, last_day=begins)
    assert overlap(one, other) is overlap(other, one) is is_same
