"""Keeps requests under a rate, by waiting."""

import time
from threading import Lock


class TokenBucket:
    """Lets `per_second` requests through each second, and that many in one burst."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._tokens = per_second
        self._filled_at = time.monotonic()
        self._lock = Lock()

    def take(self) -> None:
        """Returns as soon as one more request may be sent."""
        with self._lock:
            now = time.monotonic()
            gained = (now - self._filled_at) * self._per_second
            self._tokens = min(self._per_second, self._tokens + gained) - 1
            self._filled_at = now
            wait = -self._tokens / self._per_second
        if wait > 0:
            time.sleep(wait)
