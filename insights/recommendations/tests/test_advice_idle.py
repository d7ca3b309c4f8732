"""A machine that runs and does nothing is called idle, and no other one."""

from decimal import Decimal

import pytest

from insights.recommendations.engine.advice import Category, Level, PriceBasis, Rule
from insights.recommendations.engine.idle import QUIET, STRICT, TALKS
from insights.recommendations.tests.machines import (
    advice,
    changed,
    cpu,
    machine,
    network,
    price_list,
    with_peak,
)


def test_a_machine_that_does_nothing_is_idle_with_its_evidence() -> None:
    found = advice(machine(cpu=cpu(32, 0.8, 3.9, 1.2), network=network(32, 2.5)))
    idle = found[Rule.IDLE]
    assert idle.category is Category.COMPUTE
    assert idle.savings_monthly == Decimal("140.16")  # 730 hours of $0.192
    assert (idle.currency, idle.price_basis) == ("USD", PriceBasis.LIST)
    assert (idle.priority, idle.confidence) == (Level.HIGH, Level.HIGH)
    assert (idle.risk, idle.effort) == (Level.LOW, Level.LOW)
    assert idle.evidence["days"] == 32
    assert idle.evidence["highest_percent"] == 3.9
    assert idle.evidence["most_network_mb_a_day"] == 2.5
    assert "maximum 3.9%" in idle.current_state


def test_a_low_mean_with_one_high_peak_is_not_idle() -> None:
    days = with_peak(cpu(32, 4.0, 9.0), 20, 85.0)
    assert Rule.IDLE not in advice(machine(cpu=days, network=network(32, 1.0)))


def test_a_peak_a_month_ago_still_counts() -> None:
    days = with_peak(cpu(32, 0.5, 2.0), 31, 60.0)
    assert Rule.IDLE not in advice(machine(cpu=days, network=network(32, 1.0)))


def test_rare_small_peaks_are_idle_with_less_confidence() -> None:
    days = with_peak(cpu(32, 0.3, 2.9), 11, 12.6)
    idle = advice(machine(cpu=days, network=network(32, 40.0)))[Rule.IDLE]
    assert idle.confidence is Level.MEDIUM
    assert idle.risk is Level.MEDIUM
    assert "12.6%" in idle.risk_reason


def test_little_cpu_and_much_network_is_at_work() -> None:
    relay = machine(cpu=cpu(32, 1.0, 4.0), network=network(32, 9000.0))
    assert Rule.IDLE not in advice(relay)


def test_a_cpu_that_does_nothing_is_idle_with_little_confidence_if_it_talks() -> None:
    agents = machine(cpu=cpu(32, 1.0, 4.0), network=network(32, 800.0))
    idle = advice(agents)[Rule.IDLE]
    assert idle.confidence is Level.LOW
    assert "800 MB of network a day" in idle.risk_reason
    unused = machine(cpu=cpu(32, 0.1, 0.9), network=network(32, 9000.0))
    assert advice(unused)[Rule.IDLE].confidence is Level.LOW


def test_an_unknown_network_lowers_the_confidence() -> None:
    idle = advice(machine(cpu=cpu(32, 1.0, 4.0), network=[]))[Rule.IDLE]
    assert idle.confidence is Level.LOW
    assert "network usage is unknown" in idle.risk_reason


def test_without_a_price_the_saving_is_unknown() -> None:
    quiet = machine(cpu=cpu(32, 1.0, 4.0), network=network())
    idle = advice(quiet, price_list([]))[Rule.IDLE]
    assert idle.savings_monthly is None
    assert (idle.currency, idle.price_basis) == ("", PriceBasis.NONE)


def test_a_spot_machines_saving_is_unknown() -> None:
    quiet = machine(cpu=cpu(32, 1.0, 4.0), network=network(), lifecycle="spot")
    idle = advice(quiet)[Rule.IDLE]
    assert idle.savings_monthly is None
    assert "spot" in idle.risk_reason


def test_hours_that_it_is_off_already_save_nothing() -> None:
    half_days = cpu(32, 1.0, 4.0, samples=144)
    idle = advice(machine(cpu=half_days, network=network()))[Rule.IDLE]
    assert idle.savings_monthly == Decimal("70.08")


@pytest.mark.parametrize("state", ["pending", "stopping", "shutting-down"])
def test_only_what_runs_is_judged(state: str) -> None:
    assert advice(machine(cpu=cpu(32, 1.0, 4.0), state=state)) == {}


def test_work_as_another_type_is_not_held_against_it() -> None:
    quiet_since = with_peak(cpu(32, 1.0, 4.0), 25, 90.0)
    retyped = changed("instance_type", 20, "m5.large", "m5.xlarge")
    facts = machine(cpu=quiet_since, network=network(), changes=[retyped])
    assert advice(facts)[Rule.IDLE].evidence["days"] == 19


@pytest.mark.parametrize(("highest", "kind"), [(4.99, STRICT), (5.0, QUIET)])
def test_the_idle_peak_itself_is_a_peak(highest: float, kind: str) -> None:
    quiet = machine(cpu=cpu(32, 1.0, highest), network=network(megabytes=2.0))
    assert advice(quiet)[Rule.IDLE].evidence["rule"] == kind


@pytest.mark.parametrize(
    ("megabytes", "kind"), [(5.0, STRICT), (5.01, QUIET), (200.0, TALKS)]
)
def test_the_network_of_the_strict_rule_is_its_limit_at_most(
    megabytes: float, kind: str
) -> None:
    quiet = machine(cpu=cpu(32, 1.0, 4.0), network=network(megabytes=megabytes))
    assert advice(quiet)[Rule.IDLE].evidence["rule"] == kind
