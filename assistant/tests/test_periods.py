"""Which words name which days."""

from datetime import date

import pytest

from assistant.engine.periods import period_at
from assistant.engine.words import words_of
from assistant.testing import FRIDAY


def days(text: str, *, ahead: bool = False, today: date = FRIDAY) -> str | None:
    words = words_of(text)
    found = period_at(words, 0, today, ahead=ahead)
    if found is None:
        return None
    assert found.length == len(words), "not every word was read"
    return f"{found.days.window} {found.days.name}".strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yesterday", "2026-11-19..2026-11-20"),
        ("today", "2026-11-20..2026-11-21"),
        ("last week", "2026-11-09..2026-11-16"),
        ("this week", "2026-11-16..2026-11-20"),
        ("past week", "2026-11-13..2026-11-20 7_days"),
        ("last 7 days", "2026-11-13..2026-11-20 7_days"),
        ("past three days", "2026-11-17..2026-11-20"),
        ("last 2 weeks", "2026-11-06..2026-11-20"),
        ("last 3 months", "2026-08-01..2026-11-01"),
        ("last two quarters", "2026-05-01..2026-11-01"),
        ("this month", "2026-11-01..2026-11-20 this_month"),
        ("month to date", "2026-11-01..2026-11-20 this_month"),
        ("last quarter", "2026-07-01..2026-10-01 last_quarter"),
        ("last year", "2025-01-01..2026-01-01 last_year"),
        ("October", "2026-10-01..2026-11-01"),
        ("December", "2025-12-01..2026-01-01"),
        ("Feb 2024", "2024-02-01..2024-03-01"),
        ("2025", "2025-01-01..2026-01-01"),
        ("2026-02", "2026-02-01..2026-03-01"),
        ("Q4", "2026-10-01..2027-01-01"),
        ("q1 2025", "2025-01-01..2025-04-01"),
        ("5 November", "2026-11-05..2026-11-06"),
        ("November 25th", "2025-11-25..2025-11-26"),
        ("29 February 2024", "2024-02-29..2024-03-01"),
        ("since 2026-11-01", "2026-11-01..2026-11-20"),
        ("from 2026-11-01 to 2026-11-07", "2026-11-01..2026-11-08"),
        ("between March and May", "2026-03-01..2026-06-01"),
        ("over the last 14 days", "2026-11-06..2026-11-20"),
        ("last month a year ago", "2025-10-01..2025-11-01 last_month_year_ago"),
    ],
)
def test_days_of_the_past(text: str, expected: str) -> None:
    assert days(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("next 30 days", "2026-11-20..2026-12-20"),
        ("next week", "2026-11-23..2026-11-30"),
        ("next month", "2026-12-01..2027-01-01"),
        ("this month", "2026-11-01..2026-12-01"),
        ("January", "2027-01-01..2027-02-01"),
        ("November", "2026-11-01..2026-12-01"),
        ("tomorrow", "2026-11-21..2026-11-22"),
    ],
)
def test_days_of_a_forecast(text: str, expected: str) -> None:
    assert days(text, ahead=True) == expected


@pytest.mark.parametrize(
    "text",
    [
        "next month",
        "last 0 days",
        "last 99999 days",
        "31 February",
        "2026-13-01",
        "from October",
        "from October to March",
        "last fortnight",
        "q5",
    ],
)
def test_what_names_no_days_is_not_read_as_some(text: str) -> None:
    words = words_of(text)
    found = period_at(words, 0, FRIDAY)
    assert found is None or found.length < len(words)
