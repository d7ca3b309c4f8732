"""What is billed whatever its instances do, as a dedicated host: nothing is saved."""

from dataclasses import replace
from typing import Any

from insights.recommendations.engine.advice import (
    Advice,
    PriceBasis,
    Rule,
    VerdictStatus,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.hourly_prices import bill_rate
from insights.recommendations.tests.machines import (
    NOW,
    answers,
    bill,
    cpu,
    machine,
    network,
    price_list,
)
from insights.recommendations.tests.test_advice_schedule import (
    office_days,
    office_network,
)
from insights.recommendations.tests.test_savings_verified import (
    STOP,
    bills,
    stopped_machine,
    verdict,
)

ON_HOST: dict[str, Any] = {"tenancy": "Host", "paid_anyway": "dedicated host"}


def test_an_idle_mac_is_named_without_a_saving() -> None:
    idle_days = {"cpu": cpu(32, 0.8, 3.9), "network": network()}
    (idle,) = answers(machine("mac2.metal", **ON_HOST, **idle_days))
    assert isinstance(idle, Advice)
    assert (idle.rule, idle.savings_monthly) == (Rule.IDLE, None)
    assert idle.price_basis is PriceBasis.NONE
    assert "dedicated host costs the same until" in idle.risk_reason


def test_no_schedule_size_or_generation_saves_anything_there() -> None:
    office = machine("m4.xlarge", cpu=office_days(), network=office_network())
    large = machine("m5.2xlarge", cpu=cpu(32, 6.0, 30.0))
    unknown = machine("x9.large", cpu=cpu(32, 1.0, 9.0))
    for one in (office, large, unknown):
        assert answers(one)
        assert answers(replace(one, **ON_HOST)) == []


def test_a_bill_with_a_host_tells_no_rate() -> None:
    both = [machine(), machine(resource_id="i-2", **ON_HOST)]
    days = bill(31, 4, "4.608")
    assert bill_rate(both[:1], days, price_list(), Thresholds(), NOW)
    assert bill_rate(both, days, price_list(), Thresholds(), NOW) is None


def test_stopping_it_realized_nothing() -> None:
    stopped = replace(stopped_machine(), **ON_HOST)
    found = verdict(STOP, stopped, bills("50", "45.392"))
    assert found.status is VerdictStatus.NOT_REALIZED
    assert "host costs the same" in found.reason


def test_nothing_is_saved_in_a_capacity_reservation_though_it_has_a_price() -> None:
    reserved = machine(
        paid_anyway="capacity reservation", cpu=cpu(32, 0.8, 3.9), network=network()
    )
    (idle,) = answers(reserved)
    assert isinstance(idle, Advice)
    assert (idle.savings_monthly, idle.price_basis) == (None, PriceBasis.NONE)
    assert "capacity reservation costs the same until" in idle.risk_reason
    assert price_list().hourly(reserved)
