"""The ASGI application: sockets at /ws/…, and /health for who watches the process."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from django.conf import settings

from core.api.problems import DATABASE_AWAY
from live.hub import Hub
from live.sign_in import Refused, sign_in, sign_in_wall
from live.topics import TOPICS
from live.viewers import Ended, Send, Viewer

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Scope = Mapping[str, Any]
CLOSE_SECONDS = 2.0
REASON_BYTES = 123
# Address -> its topics; those of the first need not be asked for.
EVENTS = "/ws/events"
WALL = "/ws/wall"
ADDRESSES = {
    EVENTS: frozenset(TOPICS),
    "/ws/cost-analysis": frozenset({"costs", "anomalies", "recommendations"}),
    WALL: frozenset({"dashboard"}),
}


class Application:
    def __init__(self) -> None:
        self.hub: Hub | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Start with the server, and end with it, or end it."""
        await receive()
        self.hub = Hub()
        running = asyncio.create_task(self.hub.run())
        await send({"type": "lifespan.startup.complete"})
        stopping = asyncio.ensure_future(receive())
        either: list[asyncio.Future[Any]] = [running, stopping]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            # Nothing would be sent. Who started the process starts it again.
            signal.raise_signal(signal.SIGTERM)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        status, text = 404, f"Sockets are at {', '.join(ADDRESSES)}."
        if _path(scope) == "/health":
            is_away = self._hub.is_away
            status, text = (503, "database away") if is_away else (200, "ok")
        await _respond(send, "http", status, text)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        try:
            viewer = await self._admit(scope, send)
        except Refused as refused:
            await _respond(send, "websocket.http", refused.status, str(refused))
            return
        try:
            await send({"type": "websocket.accept"})
            if _path(scope) != EVENTS:
                viewer.topics = viewer.offered & viewer.watcher.topics
                self._hub.greet(viewer)
            await self._listen(viewer, receive, send)
        except OSError:
            pass  # it has hung up
        finally:
            self._hub.viewers.discard(viewer)

    async def _admit(self, scope: Scope, send: Send) -> Viewer:
        offered = ADDRESSES.get(_path(scope))
        if offered is None:
            raise Refused(404, f"Sockets are at {', '.join(ADDRESSES)}.")
        try:
            enter = sign_in_wall if _path(scope) == WALL else sign_in
            watcher = await self._hub.ask(enter, scope["headers"])
        except DATABASE_AWAY:
            raise Refused(503, "The database is away.") from None
        viewer = Viewer(watcher, send, offered)
        self._hub.admit(viewer)
        return viewer

    async def _listen(self, viewer: Viewer, receive: Receive, send: Send) -> None:
        """Take messages until either side ends it."""
        while True:
            message: asyncio.Future[Any] = asyncio.ensure_future(receive())
            either: list[asyncio.Future[Any]] = [message, viewer.ended]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            try:
                if viewer.ended.done():
                    message.cancel()
                    raise viewer.ended.result()
                if message.result()["type"] == "websocket.disconnect":
                    return
                viewer.subscribe(message.result())
            except Ended as ended:
                close = {"code": ended.code, "reason": _reason(ended)}
                with suppress(TimeoutError):  # it does not even read that
                    async with asyncio.timeout(CLOSE_SECONDS):
                        await send({"type": "websocket.close", **close})
                return
            self._hub.greet(viewer)

    @property
    def _hub(self) -> Hub:
        if self.hub is None:
            raise RuntimeError("serve it with --lifespan on")
        return self.hub


def _path(scope: Scope) -> str:
    """Return it without the prefix of SCRIPT_NAME, which some proxies remove."""
    path: str = scope["path"]
    return path.removeprefix(settings.SCRIPT_NAME)


def _reason(ended: Ended) -> str:
    """Return as much of it as a message that closes a socket may hold."""
    return str(ended).encode()[:REASON_BYTES].decode(errors="ignore")


async def _respond(send: Send, kind: str, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": f"{kind}.response.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": text.encode()})
