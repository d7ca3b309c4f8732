"""Too little data is an answer, with its reason."""

import math

import pytest

from insights.recommendations.engine.advice import CpuDay, Rule
from insights.recommendations.engine.observation_window import InvalidFacts
from insights.recommendations.tests.machines import (
    advice,
    answers,
    at,
    changed,
    cpu,
    days_ago,
    machine,
    network,
    reasons,
)


def test_a_machine_without_metrics_can_not_be_judged() -> None:
    told = reasons(machine(cpu=[]))
    assert told[Rule.IDLE] == (
        "CPU is known for 0 of the last 32 days, and 14 are needed."
    )
    assert told[Rule.OVERSIZED] == told[Rule.SCHEDULE] == told[Rule.IDLE]


def test_thirteen_days_are_too_few_and_fourteen_are_enough() -> None:
    assert Rule.IDLE in reasons(machine(cpu=cpu(13, 1.0, 4.0), network=network()))
    assert Rule.IDLE in advice(machine(cpu=cpu(14, 1.0, 4.0), network=network()))


def test_a_new_machine_is_reported_as_new() -> None:
    born = at(days_ago(3))
    new = machine(cpu=cpu(3, 1.0, 4.0), launched_at=born, first_seen_at=born)
    assert reasons(new)[Rule.IDLE].startswith("It exists since 2026-06-17")


def test_one_that_was_resized_lately_is_reported_so() -> None:
    retyped = changed("instance_type", 5, "m5.large", "m5.xlarge")
    told = reasons(machine(cpu=cpu(), changes=[retyped]))
    assert told[Rule.IDLE] == (
        "It was of type m5.xlarge on 4 measured days; 14 are needed."
    )


def test_days_without_a_maximum_or_with_few_samples_are_not_measured() -> None:
    unread = [CpuDay(days_ago(ago), 1.0, None) for ago in range(32, 0, -1)]
    assert Rule.IDLE in reasons(machine(cpu=unread))
    assert Rule.IDLE in reasons(machine(cpu=cpu(32, 1.0, 4.0, samples=11)))
    an_hour = machine(cpu=cpu(32, 1.0, 4.0, samples=12), network=network())
    assert Rule.IDLE in advice(an_hour)


def test_days_before_the_look_back_and_of_today_do_not_count() -> None:
    old = [day for day in cpu(60, 1.0, 4.0) if day.day < days_ago(32)]
    today = CpuDay(days_ago(0), 1.0, 4.0)
    assert Rule.IDLE in reasons(machine(cpu=[*old, today]))


@pytest.mark.parametrize("figure", [math.nan, math.inf, -1.0])
def test_what_nobody_measures_is_refused(figure: float) -> None:
    wrong = CpuDay(days_ago(4), 1.0, figure)
    with pytest.raises(InvalidFacts, match="i-1, 2026-06-16: maximum_percent is"):
        answers(machine(cpu=[*cpu(), wrong]))
