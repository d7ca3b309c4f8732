"""Half-open windows of UTC days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.windows import (
    InvalidWindow,
    Window,
    add_months,
    first_of_month,
    last_complete_days,
    utc_day,
)

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
TOKYO = timezone(timedelta(hours=9))


def test_start_is_in_and_end_is_not() -> None:
    window = Window(date(2026, 2, 27), date(2026, 3, 1))
    assert list(window.days()) == [date(2026, 2, 27), date(2026, 2, 28)]
    assert len(window) == 2
    assert date(2026, 2, 27) in window
    assert date(2026, 3, 1) not in window
    assert str(window) == "2026-02-27..2026-03-01"
    assert window.start_at == datetime(2026, 2, 27, tzinfo=UTC)
    assert window.end_at == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("end", [date(2026, 3, 1), date(2026, 2, 28)])
def test_an_empty_or_reversed_window_is_refused(end: date) -> None:
    with pytest.raises(InvalidWindow, match="end is exclusive"):
        Window(date(2026, 3, 1), end)


@given(DAYS, st.integers(1, 500))
def test_the_window_before_is_as_long_and_ends_where_this_one_starts(
    start: date, days: int
) -> None:
    window = Window(start, start + timedelta(days=days))
    before = window.previous()
    assert len(before) == len(window) == days
    assert before.end == window.start


@given(DAYS, st.integers(-400, 400))
def test_months_are_added_from_first_to_first(day: date, months: int) -> None:
    found = add_months(day, months)
    assert found.day == 1
    assert add_months(found, -months) == first_of_month(day)


def test_a_day_is_cut_in_utc() -> None:
    morning_in_tokyo = datetime(2026, 6, 20, 8, 59, tzinfo=TOKYO)
    assert utc_day(morning_in_tokyo) == date(2026, 6, 19)
    assert last_complete_days(2, morning_in_tokyo) == Window(
        date(2026, 6, 17), date(2026, 6, 19)
    )
