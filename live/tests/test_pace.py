"""Each viewer hears at most four times a second, and of what they watch at once."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from live.hub import BATCH_SECONDS, LOOK_SECONDS, Hub
from live.sign_in import Watcher
from live.viewers import Viewer

TOPICS = frozenset({"costs", "demo"})
ANYBODY = Watcher(1, "", 1, TOPICS, None, 0)
MORE = {pk: str(pk) for pk in range(1000, 1101)}
COST = {"cost": frozenset({1})}


class Client(list[str]):
    """What it was sent, by its kinds and accounts."""

    async def __call__(self, message: Mapping[str, Any]) -> None:
        for one in json.loads(message["text"])["events"]:
            self.append(" ".join([one["kind"], *one["accounts"]]))


def heard(*changes: tuple[float, Mapping[str, frozenset[int]]]) -> list[list[str]]:
    """Return what a viewer of costs and one of the demo have heard after each look."""

    async def told() -> list[list[str]]:
        hub, clients, after = Hub(), (Client(), Client()), []
        hub.stored.account_ids = {1: "first", 2: "second"} | MORE
        for client, topic in zip(clients, ("costs", "demo"), strict=True):
            hub.viewers.add(Viewer(ANYBODY, client, TOPICS, frozenset({topic})))
        for at, found in changes:
            hub._tell(found, at)
            await asyncio.sleep(0)
            after.append([*clients[0], *clients[1]])
        return after

    return asyncio.run(told())


def test_what_changes_soon_after_is_reported_together_a_little_later() -> None:
    other = {"cost": frozenset({2})}
    assert heard((10.0, COST), (10.1, other), (10.2, COST), (10.25, {})) == [
        ["costs first"],
        ["costs first"],
        ["costs first"],
        ["costs first", "costs first second"],
    ]


def test_who_heard_nothing_just_now_does_not_wait_for_others() -> None:
    demo: Mapping[str, frozenset[int]] = {"demo": frozenset()}
    assert heard((10.0, demo), (10.1, COST)) == [["demo"], ["costs first", "demo"]]


def test_an_event_names_a_hundred_accounts_at_most() -> None:
    [[told]] = heard((10.0, {"cost": frozenset(MORE)}))
    assert len(told.split()) == len(["costs"]) + 100


def test_what_is_to_be_told_is_looked_after_sooner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub, waited = Hub(), list[float]()
    monkeypatch.setattr(hub.stored, "wait", waited.append)
    monkeypatch.setattr(hub.stored, "look", dict)
    hub._changes()
    assert waited == [], "the database was away"
    hub.is_away = False
    hub._changes()
    hub._untold = {(None, TOPICS): COST}
    hub._changes()
    assert waited == [LOOK_SECONDS, BATCH_SECONDS]
