"""What was dismissed comes back only where its evidence changed much."""

from dataclasses import replace
from decimal import Decimal

import pytest

from insights.models import Recommendation
from insights.recommendations.engine.advice import Rule
from insights.recommendations.store import changed_much
from insights.recommendations.tests.machines import advice, cpu, machine, network

Seen = tuple[str, dict[str, object], Decimal | None]
SEEN: dict[str, object] = {"highest_percent": 20.0, "highest_p99_percent": 10.0}


def test_the_fingerprint_stays_while_figures_move() -> None:
    one = advice(machine(cpu=cpu(32, 0.8, 3.9), network=network()))[Rule.IDLE]
    two = advice(machine(cpu=cpu(30, 0.9, 4.1), network=network()))[Rule.IDLE]
    assert one.fingerprint == two.fingerprint


def test_another_type_or_target_is_other_advice() -> None:
    one = advice(machine("m5.2xlarge", cpu=cpu(32, 6.0, 30.0)))[Rule.OVERSIZED]
    two = advice(machine("m5.4xlarge", cpu=cpu(32, 6.0, 30.0)))[Rule.OVERSIZED]
    assert one.fingerprint != two.fingerprint


@pytest.mark.parametrize(
    ("evidence", "savings", "much"),
    [
        (SEEN, "10", False),
        (SEEN, "15", False),
        (SEEN, "15.01", True),
        (SEEN, "1", False),
        (SEEN, None, False),
        ({"highest_percent": 29.9}, "10", False),
        ({"highest_percent": 30.0}, "10", True),
        ({"highest_p99_percent": 0.0}, "10", True),
        ({"highest_percent": None}, "10", False),
    ],
)
def test_much_is_half_as_much_again_or_ten_points_of_load(
    evidence: dict[str, object], savings: str | None, much: bool
) -> None:
    new = None if savings is None else Decimal(savings)
    assert much_changed(("same", SEEN, Decimal(10)), ("same", evidence, new)) == much


def much_changed(old: Seen, new: Seen) -> bool:
    row = Recommendation(fingerprint=old[0], evidence=old[1], savings_monthly=old[2])
    one = advice(machine(cpu=cpu(32, 0.8, 3.9), network=network()))[Rule.IDLE]
    again = replace(one, fingerprint=new[0], evidence=new[1], savings_monthly=new[2])
    return changed_much(row, again)


def test_another_fingerprint_and_a_saving_that_became_known_are_much() -> None:
    assert much_changed(("old", SEEN, None), ("new", SEEN, None))
    assert much_changed(("same", SEEN, None), ("same", SEEN, Decimal(1)))
