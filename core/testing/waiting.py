"""Waiting for a condition. Time is never what a test asserts."""

import time
from collections.abc import Callable

# No machine is so busy that a step takes this long: what does, hangs.
HANGS_AFTER_SECONDS = 600


def wait_until(awaited: str, is_met: Callable[[], object]) -> None:
    """Return as soon as the condition is met; fail with its name if it never is."""
    gives_up_at = time.monotonic() + HANGS_AFTER_SECONDS
    while not is_met():
        assert time.monotonic() < gives_up_at, f"It hangs: waited for {awaited}"
        time.sleep(0.02)


def wait_for_count(awaited: str, count: Callable[[], int], target: int) -> None:
    """Return once the count has reached the target; fail where it stops growing."""
    while (before := count()) < target:
        wait_until(f"{awaited} after {before}", lambda: count() > before)
