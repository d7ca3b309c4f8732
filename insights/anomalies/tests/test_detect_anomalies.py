"""What is an anomaly of a daily series, and how it is told."""

from datetime import timedelta

import pytest

from insights.anomalies.engine.anomaly_records import (
    Direction,
    Kind,
    Measure,
    Series,
    Severity,
)
from insights.anomalies.engine.daily import find_anomalies, find_cpu_anomalies
from insights.anomalies.tests.series import FIRST_DAY, OFFICE, add, drawn, found_in

A_DAY = timedelta(days=1)


def test_it_tells_a_spike_on_its_first_day_with_its_money() -> None:
    (one,) = found_in(add(drawn(), {120: 80.0, 121: 90.0, 122: 70.0}))
    assert one.kind == Kind.SPIKE
    assert one.direction == Direction.UP
    assert one.seen_on == one.first_day == FIRST_DAY + A_DAY * 120
    assert one.peak_day == FIRST_DAY + A_DAY * 121
    assert one.days == 3
    assert one.low < one.expected < one.high < one.actual
    assert one.expected == pytest.approx(100, abs=5)
    assert one.impact == pytest.approx(240, abs=20)
    assert one.severity == Severity.MEDIUM
    assert 0.9 < one.confidence < 1
    assert one.is_over


def test_it_tells_a_lasting_shift_once_and_takes_it_for_normal() -> None:
    shifted = add(drawn(week=OFFICE), dict.fromkeys(range(90, 200), 60.0))
    (one,) = found_in(shifted)
    assert one.kind == Kind.SHIFT
    assert one.first_day == FIRST_DAY + A_DAY * 90
    assert one.days == 7
    assert one.is_over


def test_it_does_not_tell_that_a_shift_was_repaired() -> None:
    repaired = add(drawn(), dict.fromkeys(range(90, 130), 60.0))
    (one,) = found_in(repaired)
    assert one.first_day == FIRST_DAY + A_DAY * 90


def test_a_new_level_is_judged_by_its_own_noise() -> None:
    shifted = add(drawn(days=300), dict.fromkeys(range(90, 300), 200.0))
    shifted = add(shifted, {200: 150.0})
    assert [one.first_day for one in found_in(shifted)] == [
        FIRST_DAY + A_DAY * 90,
        FIRST_DAY + A_DAY * 200,
    ]


def test_a_drift_that_takes_weeks_is_growth() -> None:
    growing = [
        value and value * 1.004**day for day, value in enumerate(drawn(days=300))
    ]
    assert found_in(growing) == []


def test_what_falls_to_nothing_is_reported_as_down() -> None:
    values = drawn()
    values[150:160] = [0.0] * 10
    one = found_in(values)[0]
    assert one.direction == Direction.DOWN
    assert one.impact < 0


def test_a_deviation_of_a_few_dollars_is_not_worth_telling() -> None:
    assert found_in(add(drawn(level=2.0), {120: 4.0})) == []


def test_two_days_that_are_rather_far_say_as_much_as_one_that_is_far() -> None:
    values = drawn(noise=0.05)
    values[120:122] = [122.5, 122.5]
    (one,) = found_in(values)
    assert one.first_day == FIRST_DAY + A_DAY * 120
    assert one.seen_on == FIRST_DAY + A_DAY * 121


def test_a_gap_neither_alarms_nor_ends_an_alarm() -> None:
    values = add(drawn(), {120: 80.0, 121: 80.0, 123: 80.0})
    values[122] = None
    values[60:80] = [None] * 20
    (one,) = found_in(values)
    assert one.days == 4


def test_a_machine_that_span_is_one_finding_within_percent() -> None:
    busy = drawn(level=40.0, noise=0.05)
    busy[150:154] = [97.0] * 4
    peak = [value and min(100.0, value * 1.8) for value in busy]
    series = [Series("", FIRST_DAY, busy), Series("", FIRST_DAY, peak)]
    (one,) = find_cpu_anomalies({"i-1": series})
    assert one.key == "i-1"
    assert one.actual == pytest.approx(97)
    assert 0 <= one.low < one.high <= 100


def test_a_machine_that_fell_idle_is_reported() -> None:
    values = drawn(level=40.0, noise=0.05)
    values[150:] = [1.0] * 50
    one = found_in(values, measure=Measure.CPU)[0]
    assert one.direction == Direction.DOWN
    assert one.first_day == FIRST_DAY + A_DAY * 150


def test_series_of_different_days_do_not_touch_each_other() -> None:
    early = Series("early", FIRST_DAY, add(drawn(), {100: 80.0}))
    late = Series("late", FIRST_DAY + A_DAY * 33, add(drawn(seed=2), {100: 80.0}))
    alone = find_anomalies([early]) + find_anomalies([late])
    assert len(alone) == 2
    assert find_anomalies([late, early]) == alone


def test_another_incident_that_only_its_maximum_shows_is_reported_too() -> None:
    average = add(drawn(level=30.0), {100: 50.0, 101: 50.0})
    maximum = add(drawn(level=40.0, seed=2), {101: 50.0, 150: 50.0})
    series = [Series("", FIRST_DAY, average), Series("", FIRST_DAY, maximum)]
    found = find_cpu_anomalies({"i-1": series})
    assert [(one.first_day - FIRST_DAY).days for one in found] == [100, 150]
