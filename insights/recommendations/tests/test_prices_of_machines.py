"""What a machine's hour costs: by its account's bill, else by the list, else none."""

from dataclasses import replace
from decimal import Decimal

import pytest

from insights.recommendations.engine.advice import (
    BillDay,
    MachineFacts,
    PriceBasis,
    Rule,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.hourly_prices import BillRate, Prices, bill_rate
from insights.recommendations.tests.machines import (
    ACCOUNT,
    NOW,
    REGION,
    advice,
    bill,
    changed,
    cpu,
    machine,
    network,
    price,
    price_list,
)

LISTED_A_DAY = Decimal("4.608")  # 24 hours of an m5.xlarge


def rate(machines: list[MachineFacts], days: list[BillDay]) -> BillRate | None:
    return bill_rate(machines, days, price_list(), Thresholds(), NOW)


def test_the_bill_tells_what_an_account_pays_of_the_list() -> None:
    found = rate([machine()], bill(31, 4, "3.4560"))
    assert found is not None
    assert found.factor == Decimal("0.75")
    assert (found.currency, found.days) == ("USD", 28)
    assert found.listed == LISTED_A_DAY * 28


def test_savings_are_at_that_rate() -> None:
    found = rate([machine()], bill(31, 4, "3.4560"))
    assert found is not None
    prices = price_list().with_rates({(ACCOUNT, REGION): found})
    idle = advice(machine(cpu=cpu(32, 0.8, 3.9), network=network()), prices)[Rule.IDLE]
    assert idle.savings_monthly == Decimal("105.12")  # three quarters of $140.16
    assert idle.price_basis is PriceBasis.BILL
    assert idle.evidence["price_factor"] == "0.750"


def test_only_hours_that_ran_are_compared() -> None:
    half_days = machine(cpu=cpu(40, samples=144))
    found = rate([half_days], bill(31, 4, "2.304"))
    assert found is not None
    assert found.factor == 1


def test_each_day_is_priced_as_what_the_machine_was() -> None:
    retyped = changed("instance_type", 18, "m5.2xlarge", "m5.xlarge")
    days = bill(31, 19, "9.216") + bill(18, 4, "4.608")
    found = rate([machine(cpu=[], changes=[retyped])], days)
    assert found is not None
    assert found.factor == 1


@pytest.mark.parametrize("a_day", ["4.75", "0.90", "0", "-3"])
def test_a_bill_of_much_more_or_less_than_ran_tells_nothing(a_day: str) -> None:
    assert rate([machine()], bill(31, 4, a_day)) is None


def test_a_bill_a_little_above_the_list_is_the_list() -> None:
    found = rate([machine()], bill(31, 4, "4.65"))
    assert found is not None
    assert found.factor == 1


def test_a_few_days_or_two_currencies_tell_nothing() -> None:
    assert rate([machine()], bill(9, 4, "4.608")) is None
    mixed = bill(31, 4, "4.608")
    mixed[0] = replace(mixed[0], currency="EUR")
    assert rate([machine()], mixed) is None


def test_the_latest_days_of_a_bill_are_not_taken() -> None:
    days = bill(31, 4, "4.608") + bill(3, 1, "0.10")
    found = rate([machine()], days)
    assert found is not None
    assert found.days == 28


def test_spot_machines_and_unknown_types_tell_nothing() -> None:
    spot = machine(resource_id="i-2", lifecycle="spot")
    assert rate([machine(), spot], bill(31, 4, "6.0")) is None
    unknown = machine("x9.large", resource_id="i-2")
    assert rate([machine(), unknown], bill(31, 4, "6.0")) is None


def test_windows_has_its_own_price() -> None:
    windows = price("m5.xlarge", operating_system="Windows", hourly=Decimal("0.376"))
    prices = Prices([price("m5.xlarge"), windows])
    found = prices.hourly(machine(operating_system="Windows"))
    assert found is not None
    assert found.hourly == Decimal("0.376")


def test_a_price_of_nothing_is_no_price() -> None:
    prices = Prices([price("m5.xlarge", hourly=Decimal(0))])
    assert prices.hourly(machine()) is None
