"""A machine that is stopped for long still costs what is attached to it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from insights.recommendations.engine.advice import Level, ListPrice, PriceBasis, Rule
from insights.recommendations.tests.machines import (
    NOW,
    advice,
    at,
    changed,
    days_ago,
    machine,
    reasons,
)


def test_one_stopped_for_long_is_advised_with_an_unknown_saving() -> None:
    off = machine(
        state="stopped", changes=[changed("state", 45, "running", "stopped")], cpu=[]
    )
    found = advice(off)[Rule.STOPPED]
    assert found.evidence["stopped_days"] == 45
    assert found.savings_monthly is None
    assert found.price_basis is PriceBasis.NONE
    assert found.confidence is Level.HIGH


def test_what_is_attached_is_saved_where_it_is_known() -> None:
    off = machine(
        state="stopped",
        changes=[changed("state", 45, "running", "stopped")],
        attached=ListPrice(Decimal("24.000"), "EUR"),
    )
    found = advice(off)[Rule.STOPPED]
    assert (found.savings_monthly, found.currency) == (Decimal("24.00"), "EUR")


def test_one_stopped_since_last_week_is_left_alone() -> None:
    off = machine(
        state="stopped", changes=[changed("state", 7, "running", "stopped")], cpu=[]
    )
    assert advice(off) == reasons(off) == {}


def test_thirty_days_are_long_and_an_hour_less_is_not() -> None:
    stops = [changed("state", 30, "running", "stopped")]
    off = machine(state="stopped", changes=stops, cpu=[])
    assert advice(off)[Rule.STOPPED].evidence["stopped_days"] == 30
    later = replace(stops[0], at=NOW - timedelta(days=30) + timedelta(seconds=1))
    assert advice(replace(off, changes=[later])) == {}


def test_one_that_was_never_seen_running_is_stopped_at_least_since_then() -> None:
    off = machine(state="stopped", first_seen_at=at(days_ago(60)), cpu=[])
    found = advice(off)[Rule.STOPPED]
    assert "at least 60 days" in found.title
    assert found.confidence is Level.MEDIUM


def test_one_of_which_nothing_is_known_is_not_enough() -> None:
    off = machine(state="stopped", first_seen_at=None, cpu=[])
    assert "it is unknown since when" in reasons(off)[Rule.STOPPED]


def test_one_that_is_gone_needs_no_advice() -> None:
    assert advice(machine(state="stopped", gone_since=at(days_ago(1)))) == {}
