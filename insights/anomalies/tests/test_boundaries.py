"""Where a line of detection is drawn, on both of its sides."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from insights.anomalies.engine.anomaly_records import Kind, Measure, Severity
from insights.anomalies.engine.detector import Alarm
from insights.anomalies.engine.incidents import Member, is_same_incident
from insights.anomalies.engine.levels import Level
from insights.anomalies.engine.limits import severity
from insights.anomalies.engine.recurring import RecurringDeviations
from insights.anomalies.tests.series import add, drawn, found_in
from insights.bill_records import Scope


@pytest.mark.parametrize(("pause", "count"), [(1, 1), (2, 1), (3, 2), (4, 2)])
def test_a_pause_of_two_days_ends_no_anomaly_and_one_of_three_does(
    pause: int, count: int
) -> None:
    """Quiet days between two days that are far."""
    series = add(drawn(), {90: 80.0, 90 + pause + 1: 80.0})
    assert len(found_in(series)) == count


@pytest.mark.parametrize(
    ("kind", "impact", "days", "level"),
    [
        (Kind.SPIKE, 99.99, 30, Severity.LOW),
        (Kind.SPIKE, 100.0, 1, Severity.MEDIUM),
        (Kind.SPIKE, -1000.0, 7, Severity.HIGH),
        (Kind.SPIKE, 10_000.0, 7, Severity.CRITICAL),
        # A new level by its month: 7 days at 4 are 120 in 30, at 3 they are 90.
        (Kind.SHIFT, 28.0, 7, Severity.MEDIUM),
        (Kind.SHIFT, 21.0, 7, Severity.LOW),
        (Kind.SHIFT, 2333.4, 7, Severity.CRITICAL),
        (Kind.SHIFT, 200.0, 60, Severity.MEDIUM),
        (Kind.SHIFT, 199.0, 60, Severity.LOW),
        # What is new is told in its first days, when it has cost little yet.
        (Kind.NEW, 20.0, 1, Severity.MEDIUM),
        (Kind.NEW, 3.0, 1, Severity.LOW),
        (Kind.GROWTH, 999.0, 60, Severity.MEDIUM),
    ],
)
def test_money_is_as_bad_as_it_costs_and_what_is_to_stay_as_its_month(
    kind: Kind, impact: float, days: int, level: Severity
) -> None:
    assert severity(Measure.COST, kind, impact, days) is level


@pytest.mark.parametrize(
    ("points", "level"),
    [(29.9, "low"), (30.0, "medium"), (50.0, "high"), (70.0, "critical")],
)
@pytest.mark.parametrize("kind", list(Kind))
def test_cpu_is_as_bad_as_its_days_on_average(
    kind: Kind, points: float, level: str
) -> None:
    assert severity(Measure.CPU, kind, points * 4, 4).value == level


@pytest.mark.parametrize(
    ("day", "now", "moved", "is_back"),
    [
        (90, 107.0, -13.0, True),
        (91, 107.0, -13.0, False),
        (90, 107.1, -12.9, False),
        (90, 92.9, -27.1, False),
        (90, 107.0, 13.0, False),
    ],
)
def test_within_90_days_and_a_third_of_the_way_it_has_returned(
    day: int, now: float, moved: float, is_back: bool
) -> None:
    """A series that went from 100 to 120."""
    past = RecurringDeviations([], np.zeros((1, 0)), np.zeros((1, 0)))
    past.record_shift(0, 0, 100.0, 20.0)
    assert past.is_return(0, day, now, moved) is is_back


def test_what_begins_within_a_gradual_change_is_of_it_where_it_covers_it() -> None:
    def member(scope: Scope, alarm: Alarm) -> Member:
        return Member(cast("Level", SimpleNamespace(scopes=[scope])), alarm)

    growth = Alarm(0, 1, first=100, seen=130, last=150, kind=Kind.GROWTH)
    later = Alarm(0, 1, first=140, seen=140, last=142)
    of_s3 = member(Scope(service="S3"), growth)
    of_all = member(Scope(), later)
    assert is_same_incident(of_s3, of_all) and is_same_incident(of_all, of_s3)
    of_a_part = member(Scope("1", "S3", "eu-west-1"), later)
    assert not is_same_incident(of_s3, of_a_part)
    assert not is_same_incident(of_a_part, of_s3)
