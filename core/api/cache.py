"""Answers that were worked out before, for as long as they are true.

A key is made of the version of the data, of what was asked, the UTC day and the code.
So nothing is ever deleted or stale: what is old is not found any more. A cache that is
away finds nothing, and stores nothing.
"""

import json
import logging
import time
from collections.abc import Callable, Sequence
from functools import cache as once
from functools import cached_property
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from prometheus_client import Counter
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# Versions move with each sync, and the day at midnight: nobody asks for it longer.
STORED_SECONDS = 24 * 3600
# Compressed. With the number of entries of a process's memory it bounds that memory.
LARGEST_BYTES = 200_000
SIGNATURE_BYTES = sha256().digest_size
# A cache that is away is tried again after so long, and logged so often.
PAUSE_SECONDS = 5
LOG_EVERY_SECONDS = 60

LOOKUPS = Counter(
    "cloudintel_cache_lookups",
    "Answers that were looked for in the cache.",
    ["kind", "outcome"],
)


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
                return getattr(self._client, name)(*args, **kwargs)
            except Unreadable:
                return nothing
            except (RedisError, OSError) as error:
                _log_outage(error)
                return nothing

        return tried


def _log_outage(error: Exception) -> None:
    now = time.monotonic()
    PatientClient.away_until = now + PAUSE_SECONDS
    if now - PatientClient.logged_at >= LOG_EVERY_SECONDS:
        PatientClient.logged_at = now
        logger.error(
            "The cache of CACHE_URL does not answer (%s). Until it does, answers come "
            "from the database, and requests are not counted.",
            type(error).__name__,
        )


def key_of(version: str, asked: Sequence[object]) -> str:
    """Return the key of an answer.

    `version` names the state of all data that it is made of, read before that data is;
    a name never comes back. `asked` is the question, distinguished by its repr.
    """
    day = timezone.now().date()
    text = repr([version, day.isoformat(), code_version(), *asked])
    return f"api:{sha256(text.encode()).hexdigest()}"


class CachedAnswer(NamedTuple):
    """An answer as the cache holds it: compressed bytes, and what they are."""

    packed: bytes
    content_type: str


def look_up(key: str, kind: str) -> CachedAnswer | None:
    """Return the answer with that key, else None; it is counted which, by its kind."""
    found = cache.get(key)
    # An answer that was moved under another key is that of another question.
    is_hit = isinstance(found, bytes) and found.startswith(key.encode())
    LOOKUPS.labels(kind, "hit" if is_hit else "miss").inc()
    if not is_hit:
        return None
    _, content_type, packed = found.split(b"\n", 2)
    return CachedAnswer(packed, content_type.decode())


def store(key: str, value: CachedAnswer) -> None:
    """Store it, unless it is too large."""
    if len(value.packed) <= LARGEST_BYTES:
        head = f"{key}\n{value.content_type}\n".encode()
        cache.set(key, head + value.packed, STORED_SECONDS)


@once
def code_version() -> str:
    """Of our own source, so that what a new release answers is asked for again."""
    found = sha256()
    for path in sorted(settings.BASE_DIR.glob("[a-z]*/**/*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()
