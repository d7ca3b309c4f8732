"""For how long a machine ran on a day, by its samples, else by its state."""

from dataclasses import replace

import pytest

from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.observation_window import (
    hours_on,
    observation_window,
    running_share,
    value_on,
)
from insights.recommendations.tests.machines import (
    NOW,
    at,
    changed,
    cpu,
    days_ago,
    machine,
)

YESTERDAY = days_ago(1)


@pytest.mark.parametrize(
    ("samples", "hours"),
    [(288, 24), (289, 24), (144, 12), (1, 1 / 12), (0, 0)],
)
def test_samples_tell_its_hours(samples: int, hours: float) -> None:
    assert hours_on(machine(cpu=cpu(32, samples=samples)), YESTERDAY) == hours


def test_without_samples_its_state_at_the_days_end_tells() -> None:
    stop = changed("state", 10, "running", "stopped")
    start = changed("state", 5, "stopped", "running")
    facts = machine(cpu=[], changes=[start, stop])
    hours = [hours_on(facts, days_ago(ago)) for ago in (11, 10, 6, 5)]
    assert hours == [24, 0, 0, 24]


def test_before_its_launch_and_after_its_end_there_were_no_hours() -> None:
    born = at(days_ago(10))
    facts = machine(cpu=[], launched_at=born, first_seen_at=born)
    assert [hours_on(facts, days_ago(ago)) for ago in (11, 10)] == [0, 24]
    gone = replace(facts, gone_since=at(days_ago(3)))
    assert [hours_on(gone, days_ago(ago)) for ago in (4, 3)] == [24, 0]


def test_a_machine_that_is_known_since_yesterday_may_have_run_for_long() -> None:
    facts = machine(cpu=cpu(32, samples=144), first_seen_at=at(YESTERDAY))
    assert running_share(facts, observation_window(Thresholds(), NOW)) == 0.5


def test_its_type_of_each_day_is_known_by_what_changed() -> None:
    facts = machine(
        "m5.large",
        changes=[
            changed("instance_type", 20, "", "m4.large"),
            changed("instance_type", 10, "m4.large", "m5.xlarge"),
            changed("instance_type", 5, "m5.xlarge", "m5.large"),
        ],
    )
    types = [value_on(facts, days_ago(ago), "instance_type") for ago in (30, 11, 10, 5)]
    assert types == ["m4.large", "m4.large", "m5.xlarge", "m5.large"]
