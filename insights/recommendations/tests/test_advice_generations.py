"""An old generation is left for a successor that the price list has cheaper."""

from dataclasses import replace
from decimal import Decimal

from insights.recommendations.engine.advice import Advice, Level, Rule
from insights.recommendations.engine.hourly_prices import Prices
from insights.recommendations.tests.machines import (
    advice,
    answers,
    machine,
    price,
    price_list,
    reasons,
)
from pricing.families import families_to_price


def moves(prices: Prices, instance_type: str = "m4.xlarge") -> list[Advice]:
    given = answers(machine(instance_type), prices)
    return [
        each
        for each in given
        if isinstance(each, Advice) and each.rule is Rule.OLD_GENERATION
    ]


def test_the_nearest_of_the_cheapest_successors_is_advised() -> None:
    (found,) = moves(price_list(["m4.xlarge", "m5.xlarge", "m6i.xlarge", "m7i.xlarge"]))
    assert found.target == "m5.xlarge"
    assert found.savings_monthly == Decimal("5.84")  # 730 x ($0.200 - $0.192)
    assert found.evidence["from_hourly_list"] == "0.2000"
    assert "ENA and NVMe" in " ".join(found.implementation_steps)


def test_arm_is_an_option_with_its_effort_and_risk() -> None:
    nearest, arm = moves(price_list())
    assert nearest.target == "m5.xlarge"
    assert arm.target == "m7g.xlarge"
    assert arm.savings_monthly == Decimal("26.86")
    assert (arm.effort, arm.risk) == (Level.HIGH, Level.HIGH)
    assert "ARM" in arm.risk_reason


def test_a_successor_that_costs_as_much_is_no_advice() -> None:
    assert (
        moves(price_list(["m5.xlarge", "m6i.xlarge", "m7i.xlarge"]), "m5.xlarge") == []
    )


def test_a_successor_with_less_memory_is_no_successor() -> None:
    small = price("m5.xlarge", memory_mib=15 * 1024)
    assert moves(Prices([price("m4.xlarge"), small])) == []


def test_prices_of_another_region_or_currency_do_not_compare() -> None:
    abroad = price("m5.xlarge", region="eu-west-1")
    yuan = replace(price("m5.xlarge"), currency="CNY", hourly=Decimal("0.01"))
    assert moves(Prices([price("m4.xlarge"), abroad])) == []
    assert moves(Prices([price("m4.xlarge"), yuan])) == []


def test_without_a_price_none_can_be_called_cheaper() -> None:
    assert Rule.OLD_GENERATION not in advice(machine("m4.xlarge"), price_list([]))
    told = reasons(machine("m4.xlarge"), price_list([]))[Rule.OLD_GENERATION]
    assert "none can be compared" in told


def test_the_newest_needs_no_advice() -> None:
    assert moves(price_list(), "m7i.xlarge") == []


def test_the_families_that_need_a_price_are_named() -> None:
    named = families_to_price(["t2.micro", "m7i.large", "", "t2.large"])
    assert named == ["m7i", "t2", "t3", "t3a", "t4g"]
