"""The month-end cost is projected from the weekdays before, or not at all."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.windows import ONE_DAY, Window
from dashboard.projection import projected_month_end

MONTH = Window(date(2026, 11, 1), date(2026, 12, 1))
WEEKEND = 5


def week(window: Window) -> dict[date, Decimal]:
    """10 on a weekday, 4 at the weekend."""
    return {
        day: Decimal(4 if day.weekday() >= WEEKEND else 10) for day in window.days()
    }


def test_days_to_come_cost_what_their_weekdays_did() -> None:
    whole = week(Window(date(2026, 10, 1), MONTH.end))
    for day in (10, 20, 30):
        end = date(2026, 11, day)
        known = {at: amount for at, amount in whole.items() if at < end}
        found = projected_month_end(known, end)
        assert found is not None
        assert found.total == sum(whole[at] for at in MONTH.days())
        assert found.days_left == 31 - day


def test_what_is_charged_on_the_first_counts_once() -> None:
    amounts = week(Window(date(2026, 10, 1), date(2026, 11, 10)))
    amounts[date(2026, 11, 1)] += 1000
    found = projected_month_end(amounts, date(2026, 11, 10))
    plain = projected_month_end(
        amounts | {date(2026, 11, 1): Decimal(4)}, date(2026, 11, 10)
    )
    assert found is not None
    assert plain is not None
    assert found.total - plain.total == 1000
    assert found.rest == plain.rest


def test_before_the_first_is_known_it_costs_what_the_last_first_did() -> None:
    amounts = week(Window(date(2026, 10, 1), MONTH.start))
    amounts[date(2026, 10, 1)] += 1000
    found = projected_month_end(amounts, MONTH.start)
    assert found is not None
    assert found.so_far == 0
    # 29 days of November, of which 8 are at a weekend, and the 1st.
    assert found.total == 21 * 10 + 8 * 4 + 1010


@pytest.mark.parametrize("days_ago", [1, 20, 28])
def test_without_four_whole_weeks_it_is_unknown(days_ago: int) -> None:
    end = date(2026, 11, 10)
    amounts = week(Window(end - timedelta(days=28), end))
    assert projected_month_end(amounts, end) is not None
    del amounts[end - days_ago * ONE_DAY]
    assert projected_month_end(amounts, end) is None


def test_before_the_first_is_known_it_is_unknown_without_the_last_first() -> None:
    whole_weeks = week(Window(date(2026, 10, 4), MONTH.start))
    assert projected_month_end(whole_weeks, MONTH.start) is None


def test_a_month_without_one_of_its_days_is_unknown() -> None:
    amounts = week(Window(date(2026, 10, 25), MONTH.end))
    del amounts[MONTH.start]
    assert projected_month_end(amounts, date(2026, 11, 30)) is None


def test_a_month_that_is_over_is_what_it_cost_when_the_next_has_begun() -> None:
    end = date(2026, 11, 30)
    amounts = week(Window(date(2026, 10, 1), end))
    found = projected_month_end(amounts, end)
    assert found is not None
    assert (found.days_left, found.rest) == (1, 10)
