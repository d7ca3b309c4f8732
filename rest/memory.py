"""What this process worked out and holds, beside the cache that all processes share.

Read without a copy or a request to another server, so it suits what is large and asked
in ever other ways. Keys name the version of the data, so nothing held is stale.
"""

from collections import OrderedDict
from collections.abc import Callable, Sized
from threading import Lock
from typing import Generic, TypeVar

from rest.cache import LOOKUPS

T = TypeVar("T", bound=Sized)

# So many keys are remembered, though most hold nothing.
KEYS = 256


class Memory(Generic[T]):
    """The things that were asked for last, whose lengths sum to at most `room`.

    What is asked for once is not made: it would cost more than it saves. `part` is what
    /metrics counts it by.
    """

    def __init__(self, part: str, room: int) -> None:
        self._part = part
        self._room = room
        # A key that was asked for once, or whose thing is too large, holds None.
        self._held: OrderedDict[str, T | None] = OrderedDict()
        self._refused: set[str] = set()
        self._lock = Lock()

    def find(self, key: str, make: Callable[[], T | None]) -> T | None:
        """What is held by this key, or is made now; None where it is not worth it.

        `make` answers None for what is too large.
        """
        with self._lock:
            is_known = key in self._held
            found = self._held.setdefault(key, None)
            self._held.move_to_end(key)
            is_refused = key in self._refused
        LOOKUPS.labels(self._part, "miss" if found is None else "hit").inc()
        if found is not None or not is_known or is_refused:
            return found
        made = make()
        with self._lock:
            self._held[key] = made
            if made is None:
                self._refused.add(key)
            self._make_room()
        return made

    def clear(self) -> None:
        with self._lock:
            self._held.clear()
            self._refused.clear()

    def _make_room(self) -> None:
        while len(self._held) > KEYS or self._size() > self._room:
            key, _ = self._held.popitem(last=False)
            self._refused.discard(key)

    def _size(self) -> int:
        return sum(len(one) for one in self._held.values() if one is not None)
