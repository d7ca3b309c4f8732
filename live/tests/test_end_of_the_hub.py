"""A process that can tell nobody anything ends, rather than look healthy."""

import asyncio
import signal
from collections.abc import Mapping
from typing import Any

import pytest

from live.application import Application
from live.watch import StoredVersions


async def receive_start(messages: list[str]) -> Mapping[str, Any]:
    if not messages:
        await asyncio.Event().wait()
    return {"type": messages.pop()}


async def ignore(message: Mapping[str, Any]) -> None: ...


def test_what_nobody_expected_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[int] = []
    monkeypatch.setattr(signal, "raise_signal", raised.append)

    def look(stored: StoredVersions) -> None:
        raise LookupError("unexpected")

    monkeypatch.setattr(StoredVersions, "look", look)
    messages = ["lifespan.startup"]
    running: Any = Application()(
        {"type": "lifespan"}, lambda: receive_start(messages), ignore
    )
    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(asyncio.wait_for(running, 60))
    assert caught.group_contains(LookupError, match="unexpected")
    assert raised == [signal.SIGTERM]
