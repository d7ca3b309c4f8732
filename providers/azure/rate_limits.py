"""How fast a tenant and a scope may be asked, counted for the whole process."""

import time
from collections import deque
from collections.abc import Sequence
from functools import cache
from threading import Lock

# At most so many requests in any so many seconds.
Limit = tuple[int, float]


class RateLimit:
    """Keeps several limits at once; one that sends earlier is refused, and waits again.

    Windows slide, as a bucket that refills would let nearly twice as many through.
    """

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = [(seconds, deque[float](maxlen=n)) for n, seconds in limits]
        self._lock = Lock()

    def reserve(self) -> float:
        """Take the next place; return the seconds until it comes."""
        with self._lock:
            at = now = time.monotonic()
            for seconds, sent in self._limits:
                if len(sent) == sent.maxlen:
                    at = max(at, sent[0] + seconds)
            for _, sent in self._limits:
                sent.append(at)
        return at - now


@cache
def shared_limit(who: str, limits: tuple[Limit, ...]) -> RateLimit:
    """Return the one limit of a tenant or scope, of which an account is only a part."""
    return RateLimit(limits)
