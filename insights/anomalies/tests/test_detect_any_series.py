"""Whatever the series is, there is an answer or a clear refusal."""

import math
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from insights.anomalies.engine.anomaly_records import (
    DetectionError,
    Finding,
    Kind,
    Series,
    money,
)
from insights.anomalies.engine.daily import find_anomalies
from insights.anomalies.engine.incidents import find_incidents
from insights.anomalies.engine.tail_score import scores
from insights.anomalies.tests.series import FIRST_DAY
from insights.bill_records import Bill, Scope

AMOUNTS = some.one_of(
    some.none(),
    some.just(0.0),
    some.just(math.nan),
    some.just(50.0),
    some.floats(-1e9, 1e12),
    some.decimals(-1000, 1000, places=10),
)
STRETCHES = some.lists(some.tuples(AMOUNTS, some.integers(1, 40)), max_size=6)
QUICKLY = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def spread_out(
    stretches: list[tuple[float | Decimal | None, int]],
) -> list[float | Decimal | None]:
    """Short lists that become series with constant stretches and gaps."""
    return [value for value, times in stretches for _ in range(times)]


def is_sound(one: Finding, days: int) -> bool:
    last = FIRST_DAY + timedelta(days=days - 1)
    figures = (one.expected, one.low, one.high, one.actual, one.impact)
    return (
        all(math.isfinite(figure) for figure in figures)
        and one.low <= one.expected <= one.high
        and 0 <= one.confidence <= 1
        and FIRST_DAY <= one.first_day <= one.peak_day <= one.last_day <= last
        and one.first_day <= one.seen_on <= last
    )


@QUICKLY
@given(STRETCHES)
def test_any_series_is_judged_soundly(
    stretches: list[tuple[float | Decimal | None, int]],
) -> None:
    values = spread_out(stretches)
    for one in find_anomalies([Series("any", FIRST_DAY, values)]):
        assert is_sound(one, len(values))
        assert money(one.impact).is_finite()


@QUICKLY
@given(STRETCHES, some.integers(0, 240))
def test_no_day_is_judged_by_a_later_one(
    stretches: list[tuple[float | Decimal | None, int]], known: int
) -> None:
    values = spread_out(stretches)
    all_of_it = find_anomalies([Series("any", FIRST_DAY, values)])
    first_part = find_anomalies([Series("any", FIRST_DAY, values[:known])])
    end = FIRST_DAY + timedelta(days=known)
    assert [(one.first_day, one.seen_on, one.direction) for one in first_part] == [
        (one.first_day, one.seen_on, one.direction)
        for one in all_of_it
        if one.seen_on < end
    ]


@QUICKLY
@given(some.lists(STRETCHES, min_size=1, max_size=3))
def test_any_bill_is_judged_soundly(
    parts: list[list[tuple[float | Decimal | None, int]]],
) -> None:
    columns = [spread_out(part) for part in parts]
    longest = max(len(column) for column in columns)
    bill = Bill(
        "USD",
        FIRST_DAY,
        {
            Scope("1", f"service {at}", "here"): column
            + [None] * (longest - len(column))
            for at, column in enumerate(columns)
        },
    )
    for one in find_incidents(bill):
        assert is_sound(one, longest)
        assert all(0 <= cause.share <= 1 + 1e-9 for cause in one.causes)


@QUICKLY
@given(STRETCHES)
def test_any_row_has_a_score_from_0_to_1(
    stretches: list[tuple[float | Decimal | None, int]],
) -> None:
    values = [None if v is None else float(v) for v in spread_out(stretches)]
    found = scores(values)
    assert len(found) == len(values)
    assert all(0 <= score <= 1 for score in found)


@pytest.mark.parametrize("values", [[], [1.0], [0.0] * 90, [3.0] * 90, [1.0, 2.0, 9.0]])
def test_what_says_nothing_has_no_anomaly(values: list[float | None]) -> None:
    assert find_anomalies([Series("dull", FIRST_DAY, values)]) == []
    assert find_incidents(Bill("USD", FIRST_DAY, {Scope("1"): values})) == []


def test_a_single_spike_in_a_constant_series_is_reported() -> None:
    values = [30.0] * 60
    values[40] = 300.0
    (one,) = find_anomalies([Series("constant", FIRST_DAY, values)])
    assert (one.kind, one.days, one.actual) == (Kind.SPIKE, 1, 300.0)


def test_negative_amounts_are_judged_like_others() -> None:
    values = [-30.0] * 60
    values[40] = -300.0
    (one,) = find_anomalies([Series("credits", FIRST_DAY, values)])
    assert one.impact == pytest.approx(-270)
    assert one.low < -30


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_infinite_value_is_refused_with_its_day(value: float) -> None:
    values = [1.0, 2.0, value]
    with pytest.raises(DetectionError, match=r"RDS: the value of day 3 is infinite"):
        find_anomalies([Series("RDS", FIRST_DAY, values)])
    with pytest.raises(DetectionError, match="Row 3: the value is infinite"):
        scores(values)


def test_a_value_whose_square_overflows_is_refused_too() -> None:
    values = [1.0, -1e200]
    with pytest.raises(DetectionError, match="RDS: the value of day 2 is -1e\\+200"):
        find_anomalies([Series("RDS", FIRST_DAY, values)])
    with pytest.raises(DetectionError, match="Row 2: the value is -1e\\+200"):
        scores(values)


def test_parts_of_different_days_are_refused() -> None:
    parts = {Scope("1", "a"): [1.0], Scope("1", "b"): [1.0, 2.0]}
    with pytest.raises(DetectionError, match=r"b / 1: 2 days, but a / 1 has 1"):
        find_incidents(Bill("USD", FIRST_DAY, parts))
