"""The line of a metric on the page of the host, as a path of SVG."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from monitoring.metrics.history import MINUTE, History, HistoryPoint, SeriesHistory
from monitoring.metrics.views import HoursForm

START = datetime(2026, 6, 20, 9, tzinfo=UTC)


def line(unit: str, maximum: float, *points: tuple[int, float]) -> str:
    """The path of these averages, by the minute."""
    found: Sequence[HistoryPoint] = [
        HistoryPoint(START + timedelta(minutes=minute), average, average)
        for minute, average in points
    ]
    series = SeriesHistory("cpu", "a", "CPU", unit, found, 0, 0, maximum, 0)
    end = START + timedelta(hours=1)
    return History(1, MINUTE, START, end, [series]).line(series)


@pytest.mark.parametrize(
    ("points", "path"),
    [
        ([(0, 25.0), (1, 50.0)], "M0 75.0L1 50.0"),
        ([(0, 25.0), (2, 50.0), (3, 0.0)], "M0 75.0h1M2 50.0L3 100.0"),
    ],
)
def test_it_goes_on_from_minute_to_minute_and_begins_again_after_a_gap(
    points: list[tuple[int, float]], path: str
) -> None:
    assert line("%", 50.0, *points) == path


def test_what_is_no_share_is_as_high_as_its_maximum() -> None:
    assert line("B/s", 50.0, (0, 25.0), (1, 50.0)) == "M0 50.0L1 0.0"


def test_a_page_shows_as_many_hours_as_it_is_asked_for() -> None:
    for given, hours in (("6", 6), ("", 24)):
        form = HoursForm({"hours": given})
        assert form.is_valid() and form.cleaned_data["hours"] == hours
