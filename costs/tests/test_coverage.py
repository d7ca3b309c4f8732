"""A window is compared with the one that people mean."""

from datetime import date

import pytest

from core.windows import Window
from costs.queries.coverage import overlap, period_before


@pytest.mark.parametrize(
    ("start", "end", "before"),
    [
        # A month with the month before, however long they are.
        ("2026-10-01", "2026-11-01", ("2026-09-01", "2026-10-01")),
        ("2026-03-01", "2026-04-01", ("2026-02-01", "2026-03-01")),
        # Whole months with as many.
        ("2025-11-01", "2026-11-01", ("2024-11-01", "2025-11-01")),
        # The first days of a month with the same days of the month before.
        ("2026-11-01", "2026-11-20", ("2026-10-01", "2026-10-20")),
        # All of it, where it is shorter.
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-03-01")),
        # Anything else with as many days.
        ("2026-10-21", "2026-11-20", ("2026-09-21", "2026-10-21")),
        ("2026-01-01", "2026-02-05", ("2025-11-27", "2026-01-01")),
    ],
)
def test_months_are_compared_with_months(
    start: str, end: str, before: tuple[str, str]
) -> None:
    window = Window(date.fromisoformat(start), date.fromisoformat(end))
    assert period_before(window) == Window(*map(date.fromisoformat, before))


def test_days_of_a_window_between_two_days_include_both() -> None:
    window = Window(date(2026, 10, 1), date(2026, 11, 1))
    assert overlap(date(2026, 9, 29), date(2026, 10, 3), window) == 3
    assert overlap(date(2026, 10, 31), date.max, window) == 1
    assert overlap(date(2026, 11, 1), date.max, window) == 0
