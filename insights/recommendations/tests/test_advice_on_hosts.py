"""A dedicated host is billed whatever its instances do: nothing is saved by them."""

from dataclasses import replace

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


def test_an_idle_mac_is_named_without_a_saving() -> None:
    idle_days = {"cpu": cpu(32, 0.8, 3.9), "network": network()}
    (idle,) = answers(machine("mac2.metal", tenancy="Host", **idle_days))
    assert isinstance(idle, Advice)
    assert (idle.rule, idle.savings_monthly) == (Rule.IDLE, None)
    assert idle.price_basis is PriceBasis.NONE
    assert "until the host is released" in idle.risk_reason


def test_no_schedule_size_or_generation_saves_anything_there() -> None:
    office = machine("m4.xlarge", cpu=office_days(), network=office_network())
    large = machine("m5.2xlarge", cpu=cpu(32, 6.0, 30.0))
    unknown = machine("x9.large", cpu=cpu(32, 1.0, 9.0))
    for one in (office, large, unknown):
        assert answers(one)
        assert answers(replace(one, tenancy="Host")) == []


def test_a_bill_with_a_host_tells_no_rate() -> None:
    both = [machine(), machine(instance_id="i-2", tenancy="Host")]
    days = bill(31, 4, "4.608")
    assert bill_rate(both[:1], days, price_list(), Thresholds(), NOW)
    assert bill_rate(both, days, price_list(), Thresholds(), NOW) is None


def test_stopping_it_realized_nothing() -> None:
    stopped = replace(stopped_machine(), tenancy="Host")
    found = verdict(STOP, stopped, bills("50", "45.392"))
    assert found.status is VerdictStatus.NOT_REALIZED
    assert "host costs the same" in found.reason
