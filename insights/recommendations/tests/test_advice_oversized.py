"""A machine that is larger than its work, by p99 and maximum and never by the mean."""

from dataclasses import replace
from decimal import Decimal

import pytest

from insights.recommendations.engine.advice import Level, Rule
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.hourly_prices import Prices
from insights.recommendations.engine.oversized import Need, baseline_percent
from insights.recommendations.engine.rules import advise
from insights.recommendations.tests.machines import (
    NOW,
    advice,
    cpu,
    machine,
    price,
    price_list,
    reasons,
    with_peak,
)


def test_the_next_smaller_size_that_holds_the_work_is_advised() -> None:
    found = advice(machine("m5.2xlarge", cpu=cpu(32, 6.0, 30.0, 20.0)))[Rule.OVERSIZED]
    assert found.target == "m5.xlarge"
    assert found.savings_monthly == Decimal("140.16")
    assert found.evidence["needed_vcpus"] == 2.64  # 30 % of 8 and a tenth on top
    assert found.impact is Level.HIGH
    assert "its use is unknown" in found.risk_reason


def test_without_memory_one_step_is_taken_at_a_time() -> None:
    found = advice(machine("m5.4xlarge", cpu=cpu(32, 2.0, 10.0)))[Rule.OVERSIZED]
    assert found.target == "m5.2xlarge"
    assert found.evidence["smallest_by_cpu"] == "m5.large"
    assert found.risk is Level.MEDIUM


def test_with_memory_known_it_goes_as_far_as_memory_lets_it() -> None:
    facts = machine("m5.4xlarge", cpu=cpu(32, 2.0, 10.0), memory_maximum_percent=20.0)
    found = advice(facts)[Rule.OVERSIZED]
    assert found.target == "m5.xlarge"  # 64 GiB at 20 % and head-room are 15.4 GiB
    assert found.risk is Level.LOW
    full = machine("m5.4xlarge", cpu=cpu(32, 2.0, 10.0), memory_maximum_percent=70.0)
    assert Rule.OVERSIZED not in advice(full)


def test_a_low_mean_with_one_high_sample_is_not_oversized() -> None:
    days = with_peak(cpu(32, 4.0, 9.0, 8.0), 20, 85.0)
    assert Rule.OVERSIZED not in advice(machine("m5.2xlarge", cpu=days))


@pytest.mark.parametrize(
    ("maximum", "p99", "fits"),
    [(45.4, 30.0, True), (45.6, 30.0, False), (42.0, 41.6, True), (42.0, 41.7, False)],
)
def test_maximum_and_p99_each_need_their_headroom(
    maximum: float, p99: float, fits: bool
) -> None:
    facts = machine("m5.2xlarge", cpu=cpu(32, 10.0, maximum, p99))
    assert (Rule.OVERSIZED in advice(facts)) == fits


def test_the_maximum_stands_in_for_a_p99_that_was_not_read() -> None:
    unread = [replace(day, p99_percent=None) for day in cpu(32, 10.0, 42.0)]
    assert Rule.OVERSIZED not in advice(machine("m5.2xlarge", cpu=unread))


def test_the_smallest_size_has_none_below_it() -> None:
    """Of a family whose next size is listed, and then is not."""
    lazy = machine("m5.xlarge", cpu=cpu(32, 1.0, 9.0))
    with_smaller = price_list(["m5.xlarge", "m5.large", "t3.small"])
    assert advice(lazy, with_smaller)[Rule.OVERSIZED].target == "m5.large"
    assert Rule.OVERSIZED not in advice(lazy, price_list(["m5.xlarge", "t3.small"]))


def test_one_vcpu_of_an_unlisted_type_can_not_be_halved() -> None:
    single = machine("x9.small", vcpus=1, cpu=cpu(32, 1.0, 9.0))
    assert Rule.OVERSIZED not in reasons(single)
    assert Rule.OVERSIZED in reasons(replace(single, vcpus=2))


def test_as_many_vcpus_with_less_memory_are_not_a_smaller_cpu() -> None:
    assert Rule.OVERSIZED not in advice(machine("t3.large", cpu=cpu(32, 1.0, 9.0)))


def test_a_burstable_size_must_hold_the_average_for_ever() -> None:
    works = machine("t3.xlarge", cpu=cpu(32, 20.0, 30.0, 25.0))
    assert Rule.OVERSIZED not in advice(works)  # 40 % of two vCPUs; it may use 30 %
    rests = machine("t3.xlarge", cpu=cpu(32, 10.0, 30.0, 25.0))
    assert advice(rests)[Rule.OVERSIZED].target == "t3.large"


def test_a_burstable_size_of_azure_must_hold_it_too() -> None:
    assert baseline_percent("Standard_B1s") == 10
    assert baseline_percent("Standard_B4ms") == baseline_percent("Standard_B2as_v2")
    assert baseline_percent("Standard_B4ms") < 20
    assert baseline_percent("Standard_D4s_v5") == 100


def test_a_type_without_a_price_can_not_be_judged() -> None:
    lazy = machine("x9.large", cpu=cpu(32, 1.0, 9.0))
    assert "sizes and prices of x9.large" in reasons(lazy)[Rule.OVERSIZED]
    busy = machine("x9.large", cpu=cpu(32, 40.0, 90.0))
    assert Rule.OVERSIZED not in reasons(busy)


@pytest.mark.parametrize(
    ("hourly", "is_advised"), [("0.3839", True), ("0.3840", False), ("0.5000", False)]
)
def test_a_smaller_size_that_costs_as_much_or_more_is_no_advice(
    hourly: str, is_advised: bool
) -> None:
    smaller = price("m5.xlarge", hourly=Decimal(hourly))
    prices = Prices([price("m5.2xlarge"), smaller])
    lazy = machine("m5.2xlarge", cpu=cpu(32, 6.0, 30.0))
    # A saving of a few cents a month is not worth a change.
    found = advise(lazy, Thresholds(least_saving=Decimal(0)), prices, NOW)
    assert (Rule.OVERSIZED in {one.rule for one in found}) == is_advised


@pytest.mark.parametrize(
    ("cpu_percent", "average", "memory", "fits"),
    [
        (50.0, 15.0, 50.0, True),
        (50.0, 15.0, None, True),
        (50.1, 15.0, 50.0, False),
        (50.0, 15.1, 50.0, False),
        (50.0, 15.0, 50.1, False),
    ],
)
def test_what_fills_a_size_fits_and_no_more(
    cpu_percent: float, average: float, memory: float | None, fits: bool
) -> None:
    """A t3.large may use 30% of its two vCPUs for ever."""
    need = Need(cpu_percent, average, memory)
    assert need.fits(price("t3.large"), price("t3.xlarge")) is fits
