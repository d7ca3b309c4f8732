"""The days for which AWS keeps costs and metrics."""

from datetime import UTC, date, datetime

import pytest

from core.windows import Window
from providers.aws.cloudwatch import metric_window
from providers.aws.cost_explorer import cost_window


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (datetime(2026, 6, 30, 23, 59, tzinfo=UTC), date(2025, 5, 1)),
        (datetime(2026, 1, 1, tzinfo=UTC), date(2024, 12, 1)),
        (datetime(2026, 12, 31, tzinfo=UTC), date(2025, 11, 1)),
    ],
)
def test_cost_explorer_keeps_this_month_and_the_13_before(
    now: datetime, start: date
) -> None:
    assert cost_window(now) == Window(start, now.date())


def test_cloudwatch_keeps_455_days() -> None:
    now = datetime(2026, 6, 20, 9, tzinfo=UTC)
    assert len(metric_window(now)) == 455
    assert metric_window(now).end == date(2026, 6, 20)
