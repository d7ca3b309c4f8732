"""A client that reads slowly misses what came meanwhile, and is dropped in the end."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from live import viewers
from live.sign_in import Watcher
from live.viewers import Ended, Viewer

ANYBODY = Watcher(1, "", 1, frozenset({"costs"}), None, 0)


class Client:
    """What it is sent stays on the way until it reads."""

    def __init__(self) -> None:
        self.reads = asyncio.Event()
        self.texts: list[str] = []

    async def __call__(self, message: Mapping[str, Any]) -> None:
        await self.reads.wait()
        self.texts.append(message["text"])


def test_it_misses_what_comes_before_it_has_read_the_first() -> None:
    async def told() -> tuple[list[str], bool]:
        client = Client()
        viewer = Viewer(ANYBODY, client, frozenset({"costs"}))
        for text in ("first", "second", "third"):
            viewer.post(text)
        client.reads.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return client.texts, viewer.missed

    assert asyncio.run(told()) == (["first"], True)


def test_it_is_dropped_when_it_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def end(seconds: float) -> str:
        monkeypatch.setattr(viewers, "SLOW_SECONDS", seconds)
        client = Client()
        viewer = Viewer(ANYBODY, client, frozenset({"costs"}))
        viewer.post("first")
        viewer.look()
        client.reads.set()
        await asyncio.sleep(0)
        return str(viewer.ended.result()) if viewer.ended.done() else ""

    assert asyncio.run(end(0)) == "The client does not read what it is sent."
    assert asyncio.run(end(60)) == ""


def test_it_is_dropped_with_one_message_more_than_may_come_at_once() -> None:
    async def received() -> int:
        viewer = Viewer(ANYBODY, Client(), frozenset({"costs"}))
        message = {"text": '{"subscribe": ["costs"]}'}
        for number in range(100):
            try:
                viewer.subscribe(message)
            except Ended:
                return number
        return 100

    assert asyncio.run(received()) == viewers.MESSAGES_AT_ONCE
