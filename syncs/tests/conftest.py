"""What the tests of this app's doors share."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from celery import current_app

from core.testing.clock import NOW


@pytest.fixture
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sent_runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The runs that were sent to workers; none is read."""
    keys: list[int] = []

    def send(name: str, args: list[int], **options: Any) -> None:
        keys.extend(args)

    monkeypatch.setattr(current_app, "send_task", send)
    return keys


@pytest.fixture
def queue_away(monkeypatch: pytest.MonkeyPatch, sent_runs: list[int]) -> None:
    def refuse(name: str, args: list[int], **options: Any) -> None:
        raise ConnectionRefusedError("connection refused")

    monkeypatch.setattr(current_app, "send_task", refuse)
