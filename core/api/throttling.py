"""How many requests a user sends a minute: counted for all processes in the cache.

While a Redis is away each process counts its own, as it does without one.
"""

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from rest_framework.throttling import UserRateThrottle

MOST_USERS = 10_000
of_this_process = LocMemCache("requests", {"OPTIONS": {"MAX_ENTRIES": MOST_USERS}})


class Throttle(UserRateThrottle):
    """One is made for each request."""

    def __init__(self) -> None:
        super().__init__()
        is_away = getattr(cache, "is_away", None)  # only Redis may be
        if is_away and is_away():
            self.cache = of_this_process
