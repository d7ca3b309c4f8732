"""A stored time is recent at both of its edges, and never if it is ahead."""

from datetime import timedelta

import pytest

from core.clocks import is_recent
from core.testing.clock import NOW

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
AS_CLOCKS_DIFFER = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("after_now", "answer"),
    [
        (-HOUR - SECOND, False),
        (-HOUR, True),
        (AS_CLOCKS_DIFFER, True),
        (AS_CLOCKS_DIFFER + SECOND, False),
    ],
)
def test_it_is_recent_within_the_time_given(after_now: timedelta, answer: bool) -> None:
    assert is_recent(NOW + after_now, NOW, HOUR) is answer
