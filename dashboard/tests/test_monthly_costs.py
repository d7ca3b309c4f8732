"""What a resource costs a month: the best that is known, and what that is made of."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User

from clouds.models import CloudAccount
from clouds.testing import account, see_all
from core.testing.clock import NOW
from core.windows import Window, last_complete_days
from costs.testing import store_costs
from insights.models import EffectiveRate
from inventory.models import Address, Bucket, Database, Resource, Volume
from inventory.testing import instance, resource
from pricing.testing import list_price, price
from providers.records import PriceUnit
from users.testing import ask, session_of

pytestmark = pytest.mark.django_db
RESOURCES = "infrastructure/resources/"
RDS = "Amazon Relational Database Service"
SINCE = NOW - timedelta(days=200)
QUARTER = last_complete_days(90, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner() -> CloudAccount:
    return account()


def costs() -> dict[str, tuple[Any, Any, Any]]:
    """Return amount, basis and currency of each, by its name."""
    return {
        one["name"]: (one["monthlyCost"], one["monthlyCostBasis"], one["currency"])
        for one in ask(RESOURCES)["resources"]
    }


def database(owner: CloudAccount, name: str, **values: object) -> Resource:
    return resource(Database, owner, name, **{"first_seen_at": SINCE, **values})


def test_what_is_on_a_price_list_has_that(owner: CloudAccount) -> None:
    resource(Volume, owner, "vol", volume_type="gp3", size_gib=100)
    resource(Volume, owner, "rare", volume_type="gp9", size_gib=100)
    resource(Address, owner, "ip")
    price("volume", "gp3", PriceUnit.GIB_MONTH, "0.08")
    price("address", "idle", PriceUnit.HOUR, "0.005")
    assert costs() == {
        "vol": ("8.00", "list price", "USD"),
        "rare": (None, None, None),
        "ip": ("3.65", "list price", "USD"),
    }


def test_an_instance_has_its_list_price_at_the_rate_that_its_account_pays(
    owner: CloudAccount,
) -> None:
    list_price(owner)
    rate = EffectiveRate.objects.create(
        account=owner,
        region="eu-west-1",
        factor=Decimal("0.7"),
        currency="USD",
        days=28,
        computed_at=NOW,
    )
    instance(owner, "web")
    assert costs()["web"] == ("51.10", "account's rate", "USD")
    EffectiveRate.objects.filter(pk=rate.pk).update(currency="EUR")
    assert costs()["web"] == ("73.00", "list price", "USD")
    EffectiveRate.objects.filter(pk=rate.pk).update(currency="USD", region="elsewhere")
    assert costs()["web"] == ("73.00", "list price", "USD")


def test_the_only_one_of_its_service_there_has_what_the_bill_says(
    owner: CloudAccount,
) -> None:
    database(owner, "orders")
    database(owner, "other-region", region="us-east-1")
    store_costs(owner, QUARTER, {RDS: "24", "AWS Lambda": "5"})
    assert costs() == {
        "orders": ("730.00", "billed", "USD"),  # 24 a day, for 730 hours
        "other-region": (None, None, None),
    }


@pytest.mark.parametrize(
    "other",
    [{}, {"gone_since": NOW - timedelta(days=10)}],
    ids=["beside it", "gone since"],
)
def test_of_two_the_bill_tells_neither(
    owner: CloudAccount, other: dict[str, object]
) -> None:
    database(owner, "orders")
    database(owner, "other", **other)
    store_costs(owner, QUARTER, {RDS: "24"})
    assert costs()["orders"] == (None, None, None)


def test_a_young_one_or_a_bill_with_a_gap_tells_nothing(owner: CloudAccount) -> None:
    database(owner, "orders", first_seen_at=NOW - timedelta(days=5))
    store_costs(owner, QUARTER, {RDS: "24"})
    assert costs()["orders"] == (None, None, None)
    late = account(2, "late")
    database(late, "late")
    store_costs(late, last_complete_days(10, NOW), {RDS: "24"})
    assert costs()["late"] == (None, None, None)
    gap = account(3, "gap")
    database(gap, "gap")
    store_costs(gap, last_complete_days(10, NOW), {RDS: "24"})
    start = QUARTER.start
    store_costs(gap, Window(start, start + timedelta(days=70)), {RDS: "24"})
    assert costs()["gap"] == (None, None, None)


def test_taxes_and_credits_are_of_no_resource(owner: CloudAccount) -> None:
    resource(Bucket, owner, "assets", first_seen_at=SINCE)
    store_costs(owner, QUARTER, {"Amazon Simple Storage Service": "24"})
    owner.daily_costs.filter(day=NOW.date() - timedelta(days=9)).update(
        charge_category="Credit"
    )
    assert costs()["assets"] == ("703.93", "billed", "USD")  # of 27 days in 28


def test_who_may_not_see_costs_gets_nothing_from_the_bill(owner: CloudAccount) -> None:
    database(owner, "orders")
    store_costs(owner, QUARTER, {RDS: "24"})
    user = User.objects.create(username="some")
    see_all(user)
    rights = ("view_resource", "view_recommendation")
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    [found] = session_of(user).get(f"/api/v1/{RESOURCES}").json()["resources"]
    assert (found["monthlyCost"], found["monthlyCostBasis"]) == (None, None)
    # Nor from the answer of somebody who may.
    assert ask(f"{RESOURCES}costs/")["kinds"][0]["costs"]
    answer = session_of(user).get(f"/api/v1/{RESOURCES}costs/")
    assert answer.json()["kinds"][0]["costs"] == []


def test_one_that_is_off_on_a_host_that_costs_anyway_is_unknown_and_not_0(
    owner: CloudAccount,
) -> None:
    instance(owner, "off", state="stopped")
    instance(owner, "held", state="stopped", paid_anyway="dedicated host")
    assert costs() == {
        "off": ("0.00", "not billed", None),
        "held": (None, None, None),
    }


def test_kinds_are_summed_by_currency_beside_how_many_are_unknown(
    owner: CloudAccount,
) -> None:
    list_price(owner)
    euros = account(2, "euros")
    for each in (owner, euros):
        resource(Volume, each, "vol", volume_type="gp3", size_gib=100)
    resource(Volume, owner, "rare", volume_type="gp9", size_gib=100)
    instance(owner, "web")
    instance(owner, "off", state="stopped")
    price("volume", "gp3", PriceUnit.GIB_MONTH, "0.08")
    price("volume", "gp3", PriceUnit.GIB_MONTH, "0.07", currency="EUR")
    store_costs(euros, QUARTER, {"AWS Lambda": "5"}, currency="EUR")
    found = ask(f"{RESOURCES}costs/")["kinds"]
    assert found == [
        {
            "kind": "instance",
            "count": 2,
            "unknown": 0,
            "costs": [{"currency": "USD", "monthlyCost": "73.00"}],
        },
        {
            "kind": "volume",
            "count": 3,
            "unknown": 1,
            "costs": [
                {"currency": "EUR", "monthlyCost": "7.00"},
                {"currency": "USD", "monthlyCost": "8.00"},
            ],
        },
    ]
    assert ask(f"{RESOURCES}costs/", kind="instance")["kinds"] == found[:1]
