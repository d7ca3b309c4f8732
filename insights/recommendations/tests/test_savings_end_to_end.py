"""From "done" to what later inventory and bills say of it, refresh by refresh."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clouds.models import CloudAccount
from clouds.registry import CLOUDS
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import Window, last_complete_days, utc_day
from costs.testing import store_costs
from insights.models import Recommendation, Verification
from insights.recommendations.engine.verify import running_cost
from insights.refresh.refresh_all import refresh
from insights.refresh.refresh_state import Part
from insights.testing import request_of
from insights.transitions import change_status
from inventory.models import Instance, StateChange
from inventory.testing import instance
from metrics.testing import store_cpu
from pricing.sync import sync_prices

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(days=200)
A_MACHINE_A_DAY = Decimal("2.40")
BEFORE, AFTER = 2 * A_MACHINE_A_DAY, A_MACHINE_A_DAY


@pytest.fixture
def owner() -> CloudAccount:
    """It pays for one machine that works and for one that does nothing."""
    owner = account(11)  # production of the demo company
    # One whose price list can be read without a cloud.
    CloudAccount.objects.update(provider="demo")
    owner.refresh_from_db()
    window = last_complete_days(60, NOW)
    for name, percent in (("works", 50), ("idles", 0.4)):
        machine = instance(owner, name, first_seen_at=LONG_AGO, launched_at=LONG_AGO)
        store_cpu(machine, window, percent)
    bill(owner, window, BEFORE)
    return owner


def bill(owner: CloudAccount, window: Window, a_day: Decimal) -> None:
    (compute,) = CLOUDS["demo"].charged_under["instance"]
    store_costs(owner, window, {compute: str(a_day)})


def refreshed(owner: CloudAccount, now: datetime) -> None:
    sync_prices(owner, now)
    (outcome,) = refresh([owner], now, parts=[Part.RECOMMENDATIONS])
    assert outcome.failures == []


def idle() -> Recommendation:
    return Recommendation.objects.get(rule="idle")


def idle_and_done() -> Recommendation:
    return Recommendation.objects.get(rule="idle", status="done")


def done(owner: CloudAccount) -> None:
    refreshed(owner, NOW)
    change_status(idle(), "done", 1, NOW, request=request_of())


def stopped() -> None:
    """As a sync of the inventory sees it."""
    machine = Instance.objects.get(name="idles")
    StateChange.objects.create(
        resource=machine,
        at=NOW,
        field="state",
        old_value="running",
        new_value="stopped",
    )
    Instance.objects.filter(pk=machine.pk).update(state="stopped")


def goes_on(owner: CloudAccount, days: int, a_day: Decimal) -> datetime:
    """So many days after it was done, all of them billed; answers the new now."""
    now = NOW + timedelta(days=days)
    window = Window(utc_day(NOW), utc_day(now))
    bill(owner, window, a_day)
    store_cpu(Instance.objects.get(name="works"), window, 50)
    return now


def verdict() -> Verification:
    return Verification.objects.get()


def test_it_waits_for_a_week_of_bill(owner: CloudAccount) -> None:
    done(owner)
    stopped()
    refreshed(owner, goes_on(owner, 6, AFTER))
    assert verdict().status == "pending"
    assert "7 are needed" in verdict().reason
    assert Verification.objects.all().realized_per_currency() == {}


def test_what_the_bill_fell_by_is_realized(owner: CloudAccount) -> None:
    done(owner)
    stopped()
    expected = idle().savings_monthly
    refreshed(owner, goes_on(owner, 20, AFTER))
    assert (verdict().status, verdict().expected) == ("realized", expected)
    assert verdict().realized == Decimal("73.00")
    assert Verification.objects.all().realized_per_currency() == {"USD": 73}


def test_a_machine_that_runs_on_saved_nothing(owner: CloudAccount) -> None:
    done(owner)
    now = goes_on(owner, 20, BEFORE)
    store_cpu(Instance.objects.get(name="idles"), Window(utc_day(NOW), now.date()), 0.4)
    refreshed(owner, now)
    assert (verdict().status, verdict().realized) == ("not_realized", None)
    assert Recommendation.objects.live().get(rule="idle").pk != idle_and_done().pk
    (again,) = refresh([owner], now, parts=[Part.RECOMMENDATIONS])
    assert sum(again.changed.values()) == 0


@pytest.mark.parametrize("days", [30, 80, 200])
def test_what_was_realized_stays_so(owner: CloudAccount, days: int) -> None:
    """Though the days before the change are not looked at any more, or are gone."""
    done(owner)
    stopped()
    refreshed(owner, goes_on(owner, 20, AFTER))
    owner.daily_costs.filter(day__lt=NOW.date()).delete()
    owner.cost_totals.filter(day__lt=NOW.date()).delete()
    refreshed(owner, NOW + timedelta(days=days))
    assert (verdict().status, verdict().realized) == ("realized", Decimal("73.00"))


def test_what_ran_in_a_region_is_counted_once(
    owner: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(owner)
    works = Instance.objects.get(name="works")
    first = idle()
    first.pk, first.resource, first.target = None, works, ""
    first.save()
    Verification.objects.create(recommendation=first, status="pending", checked_at=NOW)
    calls = []

    def counted(*given: Any) -> Any:
        calls.append(given)
        return running_cost(*given)

    monkeypatch.setattr("insights.recommendations.savings.running_cost", counted)
    refreshed(owner, goes_on(owner, 20, BEFORE))
    assert len(calls) == 1
