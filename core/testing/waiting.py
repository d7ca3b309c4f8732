"""Waiting for a condition. Time is never what a test asserts."""

import time
from collections.abc import Callable

# No machine is so busy that a step takes this long: what does, hangs.
HANGS_AFTER_SECONDS = 600
# Whoever asks without a pause keeps those busy whom it waits for: it adds at most a
# twentieth to what it has waited for, and asks for a state that passes in time.
SOONEST_SECONDS, LATEST_SECONDS = 0.02, 0.25


def wait_until(awaited: str, is_met: Callable[[], object]) -> None:
    """Return as soon as the condition is met; fail with its name if it never is."""
    began = time.monotonic()
    while not is_met():
        waited = time.monotonic() - began
        assert waited < HANGS_AFTER_SECONDS, f"It hangs: waited for {awaited}"
        time.sleep(min(max(SOONEST_SECONDS, waited / 20), LATEST_SECONDS))


def wait_for_count(awaited: str, count: Callable[[], int], target: int) -> None:
    """Return once the count has reached the target; fail where it stops growing."""
    while (before := count()) < target:
        wait_until(f"{awaited} after {before}", lambda: count() > before)
