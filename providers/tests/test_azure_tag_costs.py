"""Costs by tag of the emulated Azure: what is asked, and rows that sum to the total."""

from collections import defaultdict
from decimal import Decimal

import pytest

from core.testing.azure_emulator import EmulatedAzure, EmulatedSubscription
from providers.azure.account_settings import AzureSettings
from providers.records import CostReading
from providers.tests.azure_reads import costs, june, provider_of
from providers.tests.test_azure_costs import QUERY, bodies, sums

DAY = june(3)
TEAM = AzureSettings(tag_keys=["Team"])
Amounts = dict[tuple[str, str, str], tuple[Decimal, Decimal]]


@pytest.fixture
def bill(azure: EmulatedAzure, subscription: EmulatedSubscription) -> str:
    """Charges with the tag, with its key in another case, with another tag, and none;
    returns the subscription's id."""
    cost = azure.world.cost
    cost(DAY, "Storage", 2, tags={"team": "shop"}, subscription=subscription)
    cost(DAY, "Storage", 3, tags={"TEAM": "Shop"}, subscription=subscription)
    cost(DAY, "Bandwidth", 5, tags={"env": "test"}, subscription=subscription)
    cost(june(4), "Bandwidth", "7", subscription=subscription)
    return subscription.subscription_id


def amounts(reading: CostReading) -> Amounts:
    """Billed and effective of each value, service and subscription."""
    found: Amounts = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for row in reading.tags:
        key = row.tag_value, row.service, row.sub_account_id
        found[key] = found[key][0] + row.billed, found[key][1] + row.effective
    return dict(found)


def assert_tags_sum_to_totals(reading: CostReading) -> None:
    totals = {
        key: amounts for key, amounts in sums(reading.totals).items() if any(amounts)
    }
    assert sums(reading.tags) == totals


def test_a_tag_key_is_one_more_question_a_month(
    azure: EmulatedAzure, bill: str
) -> None:
    provider = provider_of(azure, bill, TEAM)
    reading = costs(provider, june(1), june(20))
    assert provider.meter.requests_by_operation == {QUERY: 4}
    assert [
        {"type": "TagKey", "name": "Team"},
        {"type": "Dimension", "name": "ServiceName"},
    ] in [body["dataset"].get("grouping") for body in bodies(azure)]
    assert amounts(reading) == {
        ("shop", "Storage", bill): (2, 2),
        ("Shop", "Storage", bill): (3, 3),
        ("", "Bandwidth", bill): (12, 12),
    }
    assert {row.tag_key for row in reading.tags} == {"Team"}


def test_each_day_of_a_tag_sums_to_the_total_of_thousands_of_doubles(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    for number in range(2_000):
        azure.world.cost(
            june(1 + number % 19),
            f"Service {number % 40}",
            number**0.5,
            subscription=subscription,
            tags={"team": f"team {number % 7}"} if number % 5 else {},
        )
    azure.page_size[f"{QUERY}/read"] = 100
    provider = provider_of(azure, subscription.subscription_id, TEAM)
    reading = costs(provider, june(1), june(20))
    assert_tags_sum_to_totals(reading)


def test_what_is_paid_ahead_is_spread_by_tag_too(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    azure.world.cost(
        *(DAY, "Virtual Machines", 0.0),
        amortized=4.0,
        subscription=subscription,
        tags={"team": "shop"},
    )
    azure.world.cost(DAY, "Storage", 1, subscription=subscription)
    own = subscription.subscription_id
    reading = costs(provider_of(azure, own, TEAM), june(1), june(20))
    assert amounts(reading) == {
        ("shop", "Virtual Machines", own): (0, 4),
        ("", "Storage", own): (1, 1),
    }
    assert_tags_sum_to_totals(reading)


def test_a_bill_over_subscriptions_tells_them_apart_instead_of_services(
    azure: EmulatedAzure, bill: str
) -> None:
    other = azure.world.add_subscription()
    azure.world.cost(DAY, "Storage", 9, tags={"team": "data"}, subscription=other)
    scope = azure.world.add_billing_scope("8608480")
    reading = costs(provider_of(azure, scope.lower(), TEAM), june(1), june(20))
    assert amounts(reading) == {
        ("shop", "", bill): (2, 2),
        ("Shop", "", bill): (3, 3),
        ("", "", bill): (12, 12),
        ("data", "", other.subscription_id): (9, 9),
    }
    assert_tags_sum_to_totals(reading)
