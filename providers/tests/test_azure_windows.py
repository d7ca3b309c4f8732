"""The days for which Azure keeps costs and metrics, and how questions part them."""

from datetime import UTC, date, datetime

import pytest

from core.windows import Window
from providers.azure.cost_management import cost_window, months_of
from providers.azure.metric_batches import HOURLY, metric_window, parts_of


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (datetime(2026, 6, 30, 23, 59, tzinfo=UTC), date(2025, 5, 1)),
        (datetime(2026, 1, 1, tzinfo=UTC), date(2024, 12, 1)),
    ],
)
def test_costs_reach_back_13_months_and_end_with_yesterday(
    now: datetime, start: date
) -> None:
    assert cost_window(now) == Window(start, now.date())


def test_metrics_are_kept_93_days() -> None:
    window = metric_window(datetime(2026, 6, 20, 9, tzinfo=UTC))
    assert len(window) == 93
    assert window.end == date(2026, 6, 20)


def test_a_question_of_costs_is_about_one_calendar_month() -> None:
    months = list(months_of(Window(date(2026, 1, 30), date(2026, 4, 1))))
    assert [str(month) for month in months] == [
        "2026-01-30..2026-02-01",
        "2026-02-01..2026-03-01",
        "2026-03-01..2026-04-01",
    ]


def test_a_question_of_metrics_is_about_30_days_at_most() -> None:
    parts = list(parts_of(Window(date(2026, 1, 1), date(2026, 3, 5))))
    assert [len(part) for part in parts] == [30, 30, 3]
    assert [parts[0].start, parts[-1].end] == [date(2026, 1, 1), date(2026, 3, 5)]
    hours = parts_of(Window(date(2026, 1, 1), date(2026, 1, 16)), HOURLY)
    assert [len(part) for part in hours] == [7, 7, 1]
