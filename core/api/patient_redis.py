"""Redis as the cache, signed, and empty while it is away.

The settings name it where CACHE_URL is Redis: other processes load no client of it.
"""

import json
import logging
import time
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from typing import Any, ClassVar

from django.core.cache.backends.redis import RedisCache
from django.utils.crypto import constant_time_compare, salted_hmac
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

SIGNATURE_BYTES = sha256().digest_size
# A cache that is away is tried again after so long, and logged so often.
PAUSE_SECONDS = 5
LOG_EVERY_SECONDS = 60


class Unreadable(ValueError):
    """The value in Redis was not stored by this installation."""


class Signed:
    """Values as JSON, or bytes as they are, signed: who can write to Redis can neither
    run code nor change an answer."""

    def dumps(self, value: Any) -> bytes:
        is_raw = isinstance(value, bytes)
        packed = b"b" + value if is_raw else b"j" + json.dumps(value).encode()
        return self._signature(packed) + packed

    def loads(self, stored: bytes) -> Any:
        packed = stored[SIGNATURE_BYTES:]
        if not constant_time_compare(self._signature(packed), stored[:SIGNATURE_BYTES]):
            raise Unreadable
        return packed[1:] if packed[:1] == b"b" else json.loads(packed[1:])

    def _signature(self, packed: bytes) -> bytes:
        return salted_hmac(__name__, packed, algorithm="sha256").digest()


class PatientRedis(RedisCache):
    """Redis that may be away: then it is an empty cache, and no error."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {"serializer": Signed, **params.get("OPTIONS", {})}
        super().__init__(server, params | {"OPTIONS": options})

    @cached_property
    def _cache(self) -> Any:
        return PatientClient(super()._cache)

    def is_away(self) -> bool:
        """Return whether it does not answer; one that did not lately is asked again."""
        if PatientClient.away_until:
            self.has_key("")
        return bool(PatientClient.away_until)


class PatientClient:
    """Calls a client's methods; while Redis is away it answers as an empty one does."""

    # All threads of a process share one Redis, so one of them finds out for all.
    away_until: ClassVar[float] = 0
    logged_at: ClassVar[float] = float("-inf")

    WHEN_AWAY: ClassVar[dict[str, Any]] = {
        "add": False,
        "touch": False,
        "delete": False,
        "has_key": False,
        "clear": False,
        "get_many": {},
    }

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def tried(*args: Any, **kwargs: Any) -> Any:
            nothing = args[1] if name == "get" else self.WHEN_AWAY.get(name)
            if time.monotonic() < PatientClient.away_until:
                return nothing
            try:
                found = getattr(self._client, name)(*args, **kwargs)
            except Unreadable:
                found = nothing
            except (RedisError, OSError) as error:
                _log_outage(error)
                return nothing
            PatientClient.away_until = 0
            return found

        return tried


def _log_outage(error: Exception) -> None:
    now = time.monotonic()
    PatientClient.away_until = now + PAUSE_SECONDS
    if now - PatientClient.logged_at >= LOG_EVERY_SECONDS:
        PatientClient.logged_at = now
        logger.error(
            "The cache of CACHE_URL does not answer (%s). Until it does, answers come "
            "from the database, and each process counts requests by itself.",
            type(error).__name__,
        )
