"""Advice and savings of machines whose bill names no region, in any currency."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from clouds.models import CloudAccount
from clouds.testing import azure_account
from core.testing.clock import NOW
from core.windows import Window, last_complete_days, utc_day
from costs.models import CostTotal, DailyCost
from costs.rollups import changing
from insights.models import Recommendation, Verification
from insights.refresh.refresh_all import refresh
from insights.refresh.refresh_state import Part
from insights.testing import request_of
from insights.transitions import change_status
from inventory.models import Instance, StateChange
from inventory.testing import instance
from metrics.testing import store_cpu, store_memory
from pricing.models import InstancePrice

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(days=200)
WINDOW = last_complete_days(60, NOW)
# vCPUs and dollars an hour; a day of the middle one is $2.40.
SIZES = {"Standard_D1s_v5": (1, "0.05"), "Standard_D2s_v5": (2, "0.10")}
SIZES |= {"Standard_D4s_v5": (4, "0.20"), "Standard_D8s_v5": (8, "0.40")}
A_DAY = Decimal("2.40")


@pytest.fixture
def owner() -> CloudAccount:
    """One machine that works, in another region, and one stopped and still billed."""
    owner = azure_account()
    for name, (vcpus, hourly) in SIZES.items():
        for region in ("westeurope", "eastus"):
            InstancePrice.objects.create(
                provider="azure",
                region=region,
                operating_system="Linux",
                tenancy="Shared",
                instance_type=name,
                hourly=Decimal(hourly),
                currency="USD",
                vcpus=vcpus,
                memory_mib=vcpus * 4096,
                architecture="x86_64",
                is_current_generation=True,
                read_at=NOW,
            )
    facts = {"instance_type": "Standard_D2s_v5", "first_seen_at": LONG_AGO}
    works = instance(owner, "works", region="eastus", **facts)
    store_cpu(works, WINDOW, 45)
    instance(owner, "held", region="westeurope", state="stopped", **facts)
    return owner


def bill(owner: CloudAccount, window: Window, a_day: Decimal, currency: str) -> None:
    with changing([owner.pk], window):
        for day in window.days():
            amounts = {"currency": currency, "billed": a_day, "effective": a_day}
            DailyCost.objects.filter(account=owner, day=day).delete()
            CostTotal.objects.filter(account=owner, day=day).delete()
            DailyCost.objects.create(
                account=owner,
                day=day,
                sub_account_id=owner.account_id,
                service="Virtual Machines",
                charge_category="Usage",
                is_estimated=False,
                **amounts,
            )
            CostTotal.objects.create(
                account=owner, day=day, is_estimated=False, **amounts
            )


def refreshed(owner: CloudAccount, now: datetime) -> None:
    (outcome,) = refresh([owner], now, parts=[Part.RECOMMENDATIONS])
    assert outcome.failures == []


def deallocated(owner: CloudAccount, days: int, currency: str) -> datetime:
    """Done, deallocated, and half of the bill gone since; answers the new now."""
    refreshed(owner, NOW)
    change_status(
        Recommendation.objects.get(rule="allocated"),
        "done",
        1,
        NOW,
        request=request_of(),
    )
    held = Instance.objects.get(name="held")
    StateChange.objects.create(
        resource=held,
        at=NOW,
        field="state",
        old_value="stopped",
        new_value="deallocated",
    )
    Instance.objects.filter(pk=held.pk).update(state="deallocated")
    now = NOW + timedelta(days=days)
    since = Window(utc_day(NOW), utc_day(now))
    bill(owner, since, A_DAY, currency)
    store_cpu(Instance.objects.get(name="works"), since, 45)
    return now


def test_the_rate_is_that_of_all_regions_together(owner: CloudAccount) -> None:
    bill(owner, WINDOW, A_DAY, "USD")  # half of what both cost by the list
    refreshed(owner, NOW)
    found = Recommendation.objects.get(rule="allocated")
    assert found.price_basis == "bill"
    assert found.savings_monthly == Decimal("36.50")
    assert found.savings_monthly == found.counted_monthly


def test_what_the_bill_fell_by_since_it_was_deallocated_is_realized(
    owner: CloudAccount,
) -> None:
    bill(owner, WINDOW, 2 * A_DAY, "USD")
    refreshed(owner, deallocated(owner, 20, "USD"))
    verdict = Verification.objects.get()
    assert (verdict.status, verdict.realized) == ("realized", Decimal("73.00"))


def test_a_price_in_dollars_is_never_compared_with_a_bill_in_euros(
    owner: CloudAccount,
) -> None:
    bill(owner, WINDOW, 2 * A_DAY, "EUR")
    refreshed(owner, NOW)
    found = Recommendation.objects.get(rule="allocated")
    assert (found.price_basis, found.currency) == ("list price", "USD")
    refreshed(owner, deallocated(owner, 20, "EUR"))
    verdict = Verification.objects.get()
    assert (verdict.status, verdict.realized) == ("realized", None)
    assert "unknown without its price" in verdict.reason


@pytest.mark.parametrize(
    ("memory", "target"),
    [(20.0, "Standard_D2s_v5"), (60.0, None), (None, "Standard_D4s_v5")],
)
def test_a_smaller_size_holds_the_memory_that_is_used(
    owner: CloudAccount, memory: float | None, target: str | None
) -> None:
    lazy = instance(
        owner,
        "lazy",
        region="eastus",
        instance_type="Standard_D8s_v5",
        first_seen_at=LONG_AGO,
        vcpus=8,
    )
    store_cpu(lazy, WINDOW, 7)
    if memory is not None:
        store_memory(lazy, WINDOW, memory)
    refreshed(owner, NOW)
    found = Recommendation.objects.filter(rule="oversized", resource=lazy).first()
    assert (found.target if found else None) == target
    if memory is None:
        assert found is not None
        assert "its use is unknown" in found.risk_reason


def test_memory_of_a_size_before_says_nothing(owner: CloudAccount) -> None:
    lazy = instance(
        owner,
        "lazy",
        region="eastus",
        instance_type="Standard_D8s_v5",
        first_seen_at=LONG_AGO,
        vcpus=8,
    )
    store_cpu(lazy, WINDOW, 7)
    before = Window(WINDOW.start, utc_day(NOW) - timedelta(days=30))
    store_memory(lazy, before, 95.0)
    since = Window(before.end, WINDOW.end)
    store_memory(lazy, since, 30.0)
    StateChange.objects.create(
        resource=lazy,
        at=NOW - timedelta(days=31),
        field="instance_type",
        old_value="Standard_D2s_v5",
        new_value="Standard_D8s_v5",
    )
    refreshed(owner, NOW)
    found = Recommendation.objects.get(rule="oversized", resource=lazy)
    assert found.evidence["memory_maximum_percent"] == 30.0
