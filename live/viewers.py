"""One open socket: what it is sent, at the pace at which its client reads."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from live.sign_in import Watcher
from live.topics import UnknownTopic, check_topics
from live.watch import Scope

Send = Callable[[Mapping[str, Any]], Awaitable[None]]

# Of a message that a client sends.
MAX_MESSAGE_BYTES = 4096
# Between two looks at all of them.
MESSAGES_AT_ONCE = 20
# A client that takes so long to read one message is dropped.
SLOW_SECONDS = 10.0


class Ended(Exception):
    """The socket is closed with this code, and the reason in the message."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


INVALID, TOO_MANY, SIGNED_OUT, NOT_ALLOWED = 1007, 1008, 4401, 4403


@dataclass(eq=False, slots=True)
class Viewer:
    """One open socket."""

    watcher: Watcher
    send: Send
    offered: frozenset[str]
    """The topics of its address."""
    topics: frozenset[str] = frozenset()
    received: int = 0
    missed: bool = False
    _sending: "asyncio.Task[None] | None" = None
    _since: float = 0.0
    ended: "asyncio.Future[Ended]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def group(self) -> tuple[Scope, frozenset[str]]:
        """Return what decides which changes it hears of."""
        return self.watcher.scope, self.topics

    def subscribe(self, message: Mapping[str, Any]) -> None:
        """Watch the topics that the message names, and no others. Raise Ended."""
        self.received += 1
        if self.received > MESSAGES_AT_ONCE:
            raise Ended(TOO_MANY, "Too many messages at once.")
        topics = _topics(message)
        if denied := topics - (self.watcher.topics & self.offered):
            raise Ended(NOT_ALLOWED, f"You may not watch {', '.join(sorted(denied))}.")
        self.topics = topics

    def end(self, ended: Ended) -> None:
        if not self.ended.done():
            self.ended.set_result(ended)

    def post(self, text: str) -> None:
        """Send it, or remember that it was missed while the one before is not read."""
        if self._sending and not self._sending.done():
            self.missed = True
        else:
            self._since = time.monotonic()
            self._sending = asyncio.create_task(self._send(text))

    async def _send(self, text: str) -> None:
        with suppress(OSError):  # it has hung up, which its receiver learns too
            await self.send({"type": "websocket.send", "text": text})

    def look(self) -> None:
        """End it where it does not read; it may send messages again."""
        self.received = 0
        is_sending = self._sending and not self._sending.done()
        if is_sending and time.monotonic() - self._since > SLOW_SECONDS:
            self.end(Ended(TOO_MANY, "The client does not read what it is sent."))


def _topics(message: Mapping[str, Any]) -> frozenset[str]:
    try:
        said = json.loads(message.get("text") or "")
        if not isinstance(said, dict) or said.keys() != {"subscribe"}:
            raise ValueError
        return check_topics(said["subscribe"])
    except UnknownTopic as error:
        raise Ended(INVALID, str(error)) from None
    except (ValueError, RecursionError):
        raise Ended(INVALID, 'Send {"subscribe": ["costs"]}.') from None
