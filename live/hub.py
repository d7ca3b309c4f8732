"""All open sockets of this process, and the one look at the database for them all."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.conf import settings
from django.db import connection

from core.api.problems import DATABASE_AWAY
from live.sign_in import Refused, Watcher, still_signed_in
from live.topics import TOPICS
from live.viewers import SIGNED_OUT, Ended, Viewer
from live.watch import Scope, StoredVersions

logger = logging.getLogger(__name__)

# At most four messages a second to each.
BATCH_SECONDS = 0.25
# Between two looks at the database: at least, where it says that something changed, and
# at most.
PAUSE_SECONDS = 0.1
LOOK_SECONDS = 1.0
RIGHTS_SECONDS = 5.0
# More accounts are not named; the page asks the API about all of them anyway.
NAMED_ACCOUNTS = 100
# A page fetched by each of so many viewers takes a second of the web server.
PAGES_PER_SECOND = 40

T = TypeVar("T")
# The accounts that changed, by subject.
Changes = Mapping[str, frozenset[int]]
# Viewers who see the same accounts and watch the same topics hear the same.
Group = tuple[Scope, frozenset[str]]


class Hub:
    def __init__(self) -> None:
        self.stored = StoredVersions()
        self.viewers: set[Viewer] = set()
        self.is_away = True
        self._untold: dict[Group, Changes] = {}
        self._told_at: dict[Group, float] = {}
        # Each has its own connection to the database.
        self._reader, self._clerk = ThreadPoolExecutor(1), ThreadPoolExecutor(1)

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                group.create_task(self._check_rights())
        finally:
            for pool in (self._reader, self._clerk):
                pool.submit(_hang_up)
                pool.shutdown()

    async def ask(self, function: Callable[..., T], *arguments: object) -> T:
        """Ask the database in a thread; raise one of DATABASE_AWAY."""
        return await _in_thread(self._clerk, function, *arguments)

    def admit(self, viewer: Viewer) -> None:
        """Take it among the others. Raise Refused past a limit."""
        user_id = viewer.watcher.user_id
        own = sum(one.watcher.user_id == user_id for one in self.viewers)
        if own >= settings.LIVE_SOCKETS_PER_USER:
            raise Refused(
                429, f"You have {own} sockets open, the maximum. Close one first."
            )
        self.viewers.add(viewer)

    def greet(self, viewer: Viewer) -> None:
        """Say what is stored now, so that a page knows whether it missed something."""
        scope, away = viewer.watcher.scope, {"away": True}
        topics = sorted(viewer.topics)
        versions = {topic: self.stored.version(topic, scope) for topic in topics}
        greeting = {"versions": versions, "spread": self._spread}
        viewer.missed = False
        viewer.post(json.dumps(away if self.is_away else greeting))

    async def _follow(self) -> None:
        while True:
            try:
                changes = await _in_thread(self._reader, self._changes)
            except DATABASE_AWAY:
                self._away()
                await asyncio.sleep(LOOK_SECONDS)
                continue
            was_away, self.is_away = self.is_away, False
            for viewer in self.viewers:
                if was_away or viewer.missed:
                    self.greet(viewer)
            self._tell(changes, time.monotonic())
            if changes:
                await asyncio.sleep(PAUSE_SECONDS)

    def _changes(self) -> Changes:
        if not self.is_away:
            self.stored.wait(BATCH_SECONDS if self._untold else LOOK_SECONDS)
        return self.stored.look()

    def _away(self) -> None:
        if not self.is_away:
            logger.warning("the database is away")
        self.is_away = True
        for viewer in self.viewers:
            viewer.post('{"away": true}')

    def _tell(self, changes: Changes, now: float) -> None:
        """Send each viewer what changed of what it sees. Who was sent something just
        now is sent this later, with what changes until then."""
        groups = {viewer.group for viewer in self.viewers}
        untold = {
            group: found
            for group in groups
            if (found := _joined(self._untold.get(group, {}), changes))
        }
        told_at = {one: self._told_at.get(one, 0) for one in groups}
        due = [one for one in untold if now - told_at[one] >= BATCH_SECONDS]
        texts = {one: self._events(untold.pop(one), *one) for one in due}
        for viewer in self.viewers:
            if text := texts.get(viewer.group):
                viewer.post(text)
                told_at[viewer.group] = now
        self._untold, self._told_at = untold, told_at

    def _events(self, changes: Changes, scope: Scope, topics: frozenset[str]) -> str:
        events = [
            self._event(topic, scope, accounts)
            for topic in sorted(topics)
            if (accounts := _seen(changes, topic, scope)) is not None
        ]
        message = {"events": events, "spread": self._spread}
        return json.dumps(message) if events else ""

    @property
    def _spread(self) -> float:
        """Return over how many seconds all of them should fetch their page."""
        return round(len(self.viewers) / PAGES_PER_SECOND, 1)

    def _event(
        self, topic: str, scope: Scope, accounts: frozenset[int]
    ) -> dict[str, object]:
        known = self.stored.account_ids
        named = sorted(known[pk] for pk in accounts if pk in known)
        return {
            "kind": topic,
            "accounts": named[:NAMED_ACCOUNTS],
            "version": self.stored.version(topic, scope),
        }

    async def _check_rights(self) -> None:
        """End the sockets of those who read nothing, are signed out, or whose rights
        changed."""
        while True:
            await asyncio.sleep(RIGHTS_SECONDS)
            watchers: set[Watcher] = set()
            for viewer in self.viewers:
                viewer.look()
                watchers.add(viewer.watcher)
            if not watchers:
                continue
            try:
                valid = await self.ask(still_signed_in, watchers)
            except DATABASE_AWAY:
                continue  # nothing is sent meanwhile
            ended = watchers - valid
            for viewer in self.viewers:
                if viewer.watcher in ended:
                    viewer.end(Ended(SIGNED_OUT, "Signed out, or your rights changed."))


def _joined(before: Changes, changes: Changes) -> Changes:
    subjects = before.keys() | changes.keys()
    none: frozenset[int] = frozenset()
    return {one: before.get(one, none) | changes.get(one, none) for one in subjects}


def _seen(changes: Changes, topic: str, scope: Scope) -> frozenset[int] | None:
    """Return the accounts that changed for a viewer of that scope; None: none."""
    found = [changes[name] for name in TOPICS[topic].subjects if name in changes]
    if not found:
        return None
    accounts = frozenset().union(*found)
    if scope is None:
        return accounts
    return accounts & scope or None


def _hang_up() -> None:
    """Close the connection of this thread."""
    connection.close()


async def _in_thread(
    pool: ThreadPoolExecutor, function: Callable[..., T], *arguments: object
) -> T:
    def call() -> T:
        try:
            return function(*arguments)
        except DATABASE_AWAY:
            connection.close()
            raise

    return await asyncio.get_running_loop().run_in_executor(pool, call)
