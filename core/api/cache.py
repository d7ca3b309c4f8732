"""Answers that were worked out before, for as long as they are true.

A key is made of the version of the data, of what was asked, the UTC day and the code.
So nothing is ever deleted or stale: what is old is not found any more. A cache that is
away finds nothing, and stores nothing.
"""

import json
import zlib
from collections.abc import Callable, Sequence
from functools import cache as once
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from prometheus_client import Counter

# Versions move with each sync, and the day at midnight: nobody asks for it longer.
STORED_SECONDS = 24 * 3600
# Compressed. With the number of entries of a process's memory it bounds that memory.
LARGEST_BYTES = 200_000

LOOKUPS = Counter(
    "cloudintel_cache_lookups",
    "Answers that were looked for in the cache.",
    ["kind", "outcome"],
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


def computed_once(key: str, kind: str, compute: Callable[[], Any]) -> Any:
    """Return what JSON can hold, from the cache where it was computed before."""
    if found := look_up(key, kind):
        return json.loads(zlib.decompress(found.packed))
    text = json.dumps(compute())
    store(key, CachedAnswer(zlib.compress(text.encode(), 1), "application/json"))
    return json.loads(text)


@once
def code_version() -> str:
    """Of our own source, so that what a new release answers is asked for again."""
    found = sha256()
    for path in sorted(settings.BASE_DIR.glob("[a-z]*/**/*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()
