"""A machine that is stopped and still billed is advised to be deallocated."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from insights.recommendations.engine.advice import Level, MachineFacts, Rule
from insights.recommendations.engine.observation_window import hours_on
from insights.recommendations.tests.machines import (
    NOW,
    advice,
    at,
    changed,
    cpu,
    days_ago,
    machine,
    network,
    reasons,
)

AZURE = frozenset({"starting", "running", "stopping", "stopped"})


def off(state: str = "stopped", days: int = 3, **values: object) -> MachineFacts:
    facts: dict[str, object] = {
        "state": state,
        "changes": [changed("state", days, "running", state)],
        "cpu": [],
        "billed_states": AZURE,
    }
    return replace(machine(), **{**facts, **values})  # type: ignore[arg-type]


def test_all_of_its_price_is_saved_and_the_command_is_named() -> None:
    found = advice(off())[Rule.ALLOCATED]
    assert found.savings_monthly == Decimal("140.16")
    assert (found.impact, found.risk) == (Level.HIGH, Level.LOW)
    assert found.confidence is Level.HIGH
    assert "stopped for 3 days" in found.title
    assert (
        f"az vm deallocate --ids {off().resource_id}" in found.implementation_steps[1]
    )
    assert found.evidence["stopped_days"] == 3
    assert "temporary disk" in found.risk_reason


def test_it_is_said_after_a_day_and_not_before() -> None:
    stops = replace(off().changes[0], at=NOW - timedelta(days=1))
    assert Rule.ALLOCATED in advice(off(changes=[stops]))
    earlier = replace(stops, at=NOW - timedelta(days=1) + timedelta(seconds=1))
    assert advice(off(changes=[earlier])) == {}


def test_the_saving_is_unknown_without_a_price() -> None:
    found = advice(off(instance_type="Standard_X"))[Rule.ALLOCATED]
    assert found.savings_monthly is None


def test_on_a_host_of_its_own_nothing_is_saved() -> None:
    assert advice(off(paid_anyway="dedicated host")) == {}


def test_one_of_which_nothing_is_known_is_not_enough() -> None:
    unknown = off(changes=(), first_seen_at=None)
    assert "it is unknown since when" in reasons(unknown)[Rule.ALLOCATED]


def test_a_deallocated_one_is_off_and_a_stopped_one_is_billed_all_day() -> None:
    day = days_ago(2)
    assert hours_on(off(), day) == 24
    assert hours_on(off("deallocated"), day) == 0
    assert hours_on(off("unknown"), day) == 0
    assert hours_on(machine(state="stopped", cpu=[]), day) == 0


def test_one_deallocated_for_long_still_costs_its_disks() -> None:
    found = advice(off("deallocated", days=45))
    assert set(found) == {Rule.STOPPED}
    assert "deallocated for 45 days" in found[Rule.STOPPED].title
    assert advice(off("deallocated", days=7)) == {}


def test_what_passes_within_minutes_and_what_is_unknown_is_left_alone() -> None:
    for state in ("starting", "stopping", "deallocating", "unknown"):
        assert advice(off(state, days=90, first_seen_at=at(days_ago(90)))) == {}


def test_an_idle_one_is_deallocated_and_not_just_stopped() -> None:
    idle = machine(cpu=cpu(32, 0.8, 3.9, 1.2), network=network(32, 2.5))
    assert advice(idle)[Rule.IDLE].recommendation.startswith("Stop it")
    on_azure = replace(idle, billed_states=AZURE)
    found = advice(on_azure)[Rule.IDLE]
    assert found.recommendation.startswith("Deallocate it")
    assert found.title.startswith("Deallocate idle instance")
