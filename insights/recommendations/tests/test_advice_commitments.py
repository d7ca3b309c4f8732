"""What runs all day at list price is worth a commitment; what is paid for is not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from insights.recommendations.engine.advice import Advice, MachineFacts
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.commitments import advise_commitments
from insights.recommendations.engine.hourly_prices import Prices
from insights.recommendations.tests.machines import (
    LIST,
    NOW,
    at,
    changed,
    cpu,
    days_ago,
    machine,
    price,
)

DAYS, SETTLING = 60, 3
HALF = Decimal("0.5")
PRICES = Prices(
    replace(one, committed_hourly=one.hourly * HALF) for one in map(price, LIST)
)


def advised(
    *machines: MachineFacts,
    after: Mapping[str, str] | None = None,
    covered: Mapping[tuple[str, date], float] | None = None,
    prices: Prices = PRICES,
) -> list[Advice]:
    return [
        *advise_commitments(
            machines, after or {}, covered or {}, prices, Thresholds(), NOW
        )
    ]


def steady(name: str = "i-1", instance_type: str = "m5.xlarge") -> MachineFacts:
    return machine(instance_type, resource_id=name, cpu=cpu(DAYS + SETTLING))


def saving(*found: Advice) -> Decimal:
    (one,) = found
    assert one.savings_monthly is not None
    return one.savings_monthly


def test_a_machine_that_runs_all_day_saves_what_the_commitment_costs_less() -> None:
    (one,) = advised(steady())
    # $0.192 on demand and $0.096 committed, for 730 hours.
    assert (one.savings_monthly, one.currency) == (Decimal("70.08"), "USD")
    assert one.title == "Commit to m5 in us-east-1, Linux for one year"
    assert "1 m5.xlarge ran all day" in one.current_state
    assert one.evidence["commitment_total"] == "840.96"
    assert one.evidence["break_even_use_percent"] == 50.0
    assert one.evidence["break_even_months"] == 6.0
    assert "840.96 USD are owed for the year" in one.risk_reason
    assert one.implementation_steps[0].startswith("Do first what else")
    assert (one.kind, one.resource_id) == ("commitment", "m5 in us-east-1, Linux")


def test_only_what_ran_on_the_least_busy_day_is_committed_to() -> None:
    part_time = replace(
        steady("i-2"),
        cpu=[
            replace(day, samples=144) if day.day == days_ago(30) else day
            for day in cpu(DAYS + SETTLING)
        ],
    )
    (one,) = advised(steady(), part_time)
    assert saving(one) == Decimal("70.08")
    assert one.evidence["least_busy_day"] == days_ago(30).isoformat()
    assert one.evidence["least_to_average_percent"] == 50.4


@pytest.mark.parametrize(
    "facts",
    [
        {"lifecycle": "spot"},
        {"paid_anyway": "dedicated host"},
        {
            "launched_at": at(days_ago(40)),
            "first_seen_at": at(days_ago(40)),
            "cpu": cpu(40),
        },
        {"cpu": cpu(DAYS + SETTLING, samples=270)},
        {"cpu": cpu(40)},
    ],
    ids=["spot", "on a host", "young", "off at night", "not measured for long"],
)
def test_what_does_not_run_all_day_at_list_price_is_no_reason(
    facts: dict[str, object],
) -> None:
    assert advised(replace(steady(), **facts)) == []  # type: ignore[arg-type]


def test_without_a_price_of_commitments_nothing_is_advised() -> None:
    assert advised(steady(), prices=Prices(map(price, LIST))) == []


def test_other_advice_comes_first_and_what_is_left_is_committed_to() -> None:
    two = steady(), steady("i-2")
    assert saving(*advised(*two, after={"i-2": ""})) == Decimal("70.08")
    assert saving(*advised(*two, after={"i-2": "m5.large"})) == Decimal("105.12")


def test_hours_that_a_commitment_pays_for_are_not_committed_to_again() -> None:
    covered = {("i-2", days_ago(20)): 24.0}
    found = advised(steady(), steady("i-2"), covered=covered)
    assert saving(*found) == Decimal("70.08")


def test_sizes_of_a_family_add_up_and_other_families_are_other_commitments() -> None:
    found = advised(
        steady(),
        steady("i-2", "m5.large"),
        steady("i-3", "m4.xlarge"),
        replace(steady("i-4"), operating_system="Linux"),
    )
    names = [(one.resource_type, one.savings_monthly) for one in found]
    assert names == [("m4", Decimal("73.00")), ("m5", Decimal("175.20"))]


def test_a_machine_that_was_resized_counts_as_what_it_was_until_then() -> None:
    resized = replace(
        steady(),
        changes=[changed("instance_type", 30, "m5.large", "m5.xlarge")],
    )
    assert saving(*advised(resized)) == Decimal("35.04")


def test_sizes_in_two_currencies_are_not_added() -> None:
    euros = replace(price("m5.large"), committed_hourly=Decimal("0.05"), currency="EUR")
    dollars = replace(price("m5.xlarge"), committed_hourly=Decimal("0.1"))
    both = steady(), steady("i-2", "m5.large")
    assert advised(*both, prices=Prices([euros, dollars])) == []


def test_a_small_saving_is_not_worth_a_year() -> None:
    assert advised(steady(instance_type="t3.small")) == []
