"""Office-hours machines, as far as what is stored can tell."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from insights.recommendations.engine.advice import CpuDay, CpuHour, NetworkDay, Rule
from insights.recommendations.tests.machines import (
    MB,
    advice,
    at,
    cpu,
    days_ago,
    machine,
    reasons,
)

WEEKEND = 5


def office_days(
    weekend_average: float = 1.2, weekend_maximum: float = 6.0
) -> list[CpuDay]:
    return [
        replace(
            day,
            average_percent=weekend_average,
            maximum_percent=weekend_maximum,
            p99_percent=weekend_maximum,
        )
        if day.day.weekday() >= WEEKEND
        else day
        for day in cpu(32, 23.0, 80.0)
    ]


def office_network(weekend_mb: float = 8.0) -> list[NetworkDay]:
    return [
        NetworkDay(
            day.day,
            round((weekend_mb if day.day.weekday() >= WEEKEND else 300) * MB),
            0,
        )
        for day in cpu(32)
    ]


def hours(quiet_from: int, quiet_until: int) -> list[CpuHour]:
    """Of the last 32 days, quiet from one hour to another."""
    found = []
    for ago in range(32, 0, -1):
        for hour in range(24):
            quiet = hour >= quiet_from or hour < quiet_until
            average, maximum = (0.5, 2.0) if quiet else (30.0, 80.0)
            found.append(CpuHour(at(days_ago(ago), hour), average, maximum))
    return found


def test_a_job_at_another_hour_each_night_keeps_it_on() -> None:
    """Each hour of the night is quiet on nearly all days, and no night is."""
    nights = hours(20, 8)
    jobs = {
        at(days_ago(2 * ago), (20 + ago) % 24)
        for ago in range(1, 13)
        if days_ago(2 * ago).weekday() < WEEKEND
    }
    found = [
        replace(hour, average_percent=9.0, maximum_percent=90.0)
        if hour.at in jobs
        else hour
        for hour in nights
    ]
    days, network = cpu(32, 23.0, 80.0), office_network()
    quiet = advice(machine(cpu=days, network=network, hours=nights))
    assert quiet[Rule.SCHEDULE].evidence["off_from_hour_utc"] == 21
    assert Rule.SCHEDULE not in advice(machine(cpu=days, network=network, hours=found))


def test_quiet_weekends_are_worth_a_schedule() -> None:
    found = advice(machine(cpu=office_days(), network=office_network()))[Rule.SCHEDULE]
    assert found.evidence["hours_off_a_week"] == 48
    assert found.savings_monthly == Decimal("40.05")  # 48 of 168 hours of $140.16
    assert found.evidence["hours_known"] is False


def test_one_busy_saturday_is_enough_to_stay_on() -> None:
    days = office_days()
    busy = next(day for day in days if day.day.weekday() == WEEKEND)
    busy_day = replace(busy, maximum_percent=70.0)
    given = [busy_day if day is busy else day for day in days]
    assert Rule.SCHEDULE not in advice(machine(cpu=given, network=office_network()))


def test_weekends_that_talk_to_others_are_at_work() -> None:
    facts = machine(cpu=office_days(), network=office_network(weekend_mb=900.0))
    assert Rule.SCHEDULE not in advice(facts)


@pytest.mark.parametrize(
    ("hours", "is_advised"), [(1, False), (11, False), (12, True), (24, True)]
)
def test_a_machine_that_is_off_for_most_of_its_weekends_has_its_schedule(
    hours: int, is_advised: bool
) -> None:
    """They are measured and quiet either way; only how long it ran differs."""
    days = [
        replace(day, samples=12 * hours) if day.day.weekday() >= WEEKEND else day
        for day in office_days()
    ]
    facts = machine(cpu=days, network=office_network())
    assert (Rule.SCHEDULE in advice(facts)) == is_advised


@pytest.mark.parametrize(("maximum", "is_quiet"), [(4.9, True), (5.0, False)])
def test_a_weekend_that_reaches_the_idle_peak_is_quiet_by_its_average_alone(
    maximum: float, is_quiet: bool
) -> None:
    days = office_days(weekend_average=2.1, weekend_maximum=maximum)
    facts = machine(cpu=days, network=office_network())
    assert (Rule.SCHEDULE in advice(facts)) == is_quiet


def test_nights_are_advised_where_hours_are_known() -> None:
    facts = machine(cpu=cpu(32, 18.0, 80.0), hours=hours(20, 6))
    found = advice(facts)[Rule.SCHEDULE]
    assert found.evidence["off_from_hour_utc"] == 21  # an hour's margin
    assert found.evidence["on_from_hour_utc"] == 5
    assert found.evidence["hours_off_a_week"] == 40


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"cpu": office_days()}, "on Saturdays and Sundays: 48"),
        (
            {"cpu": cpu(32, 18.0, 80.0), "hours": hours(20, 6)},
            "21:00 to 05:00 UTC at night: 40",
        ),
        (
            {"cpu": office_days(), "hours": hours(20, 6)},
            "21:00 to 05:00 UTC at night and on Saturdays and Sundays: 88",
        ),
    ],
)
def test_it_says_when_to_stop_it(facts: dict[str, Any], said: str) -> None:
    found = advice(machine(network=office_network(), **facts))[Rule.SCHEDULE]
    assert found.recommendation == f"Stop it {said} of a week's 168 hours."


def test_short_nights_are_not_worth_it() -> None:
    facts = machine(cpu=cpu(32, 18.0, 80.0), hours=hours(22, 5))
    assert Rule.SCHEDULE not in advice(facts)
    assert Rule.SCHEDULE not in reasons(facts)


def test_nights_can_not_be_distinguished_from_days() -> None:
    facts = machine(cpu=cpu(32, 20.0, 80.0))
    assert "by the day and not by the hour" in reasons(facts)[Rule.SCHEDULE]


def test_days_too_full_for_a_quiet_night_need_no_hours() -> None:
    assert Rule.SCHEDULE not in reasons(machine(cpu=cpu(32, 60.0, 70.0)))


def test_what_a_manager_scales_is_not_scheduled() -> None:
    tags = {"aws:autoscaling:groupName": "web"}
    facts = machine(cpu=office_days(), network=office_network(), tags=tags)
    assert Rule.SCHEDULE not in advice(facts)


def test_two_weekends_are_too_few() -> None:
    latest = days_ago(1) - timedelta(days=15)
    days = [day for day in office_days() if day.day > latest]
    assert Rule.SCHEDULE not in advice(machine(cpu=days, network=office_network()))
