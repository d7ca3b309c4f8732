"""The versions of stored data: of what one user sees, and as they change.

A page carries those of its topics, so that whoever learns of others knows that it is
stale, however many messages were lost before.
"""

import time
from collections.abc import Iterable, Iterator
from hashlib import sha256
from select import POLLIN, poll
from uuid import UUID

from django.db import connection

from clouds.access import AnyUser, is_limited
from clouds.models import CloudAccount, DataVersion, SharedVersion
from clouds.versions import CHANNEL
from live.topics import TOPICS

# The accounts that a limited user sees, by their keys; None: all.
Scope = frozenset[int] | None
Row = tuple[object, ...]
# How often a file is asked whether somebody wrote to it, which reads one page of it.
FILE_SECONDS = 0.05


def topic_versions(user: AnyUser, topics: Iterable[str]) -> dict[str, str]:
    """Return the version of each topic as this user sees it. One query."""
    subjects = {one: (SharedVersion.ACCOUNTS, *TOPICS[one].subjects) for one in topics}
    wanted = {subject for names in subjects.values() for subject in names}
    rows: list[Row]
    if is_limited(user):
        own = DataVersion.objects.visible_to(user).filter(dataset__in=wanted)
        rows = list(own.values_list("dataset", "account", "version"))
    else:
        shared = SharedVersion.objects.filter(subject__in=wanted)
        rows = list(shared.values_list("subject", "version"))
    return {
        topic: _digest(row for row in rows if row[0] in names)
        for topic, names in subjects.items()
    }


def _digest(rows: Iterable[Row]) -> str:
    lines = sorted(" ".join(map(str, row)) for row in rows)
    return sha256("\n".join(lines).encode()).hexdigest()[:16]


class StoredVersions:
    """All versions as of the last look, for any number of users."""

    def __init__(self) -> None:
        self.shared: dict[str, UUID] = {}
        self.own: dict[str, dict[int, UUID]] = {}
        self.account_ids: dict[int, str] = {}
        self._written: int | None = None

    def wait(self, seconds: float) -> None:
        """Return when something may have changed, at the latest after so long."""
        if connection.vendor == "postgresql":
            _listen(seconds)
            return
        until = time.monotonic() + seconds
        while _file_version() == self._written and time.monotonic() < until:
            time.sleep(FILE_SECONDS)

    def look(self) -> dict[str, frozenset[int]]:
        """Return the subjects that changed since, each with its accounts.

        One query of a few rows where nothing did.
        """
        if connection.vendor == "sqlite":
            self._written = _file_version()
        shared = dict(SharedVersion.objects.values_list("subject", "version"))
        changed = {name for name in shared if shared[name] != self.shared.get(name)}
        if SharedVersion.ACCOUNTS in changed or not self.shared:
            # Rows of an account that was removed went with it, whatever the subject.
            changed |= shared.keys()
            self.account_ids = dict(
                CloudAccount.objects.values_list("pk", "account_id")
            )
        found = {name: self._accounts(name) for name in changed}
        self.shared = shared
        return found

    def _accounts(self, subject: str) -> frozenset[int]:
        """Read the versions of one subject; return the accounts that have another."""
        before = self.own.get(subject, {})
        rows = DataVersion.objects.filter(dataset=subject)
        now = dict(rows.values_list("account", "version"))
        self.own[subject] = now
        either = before.keys() | now.keys()
        return frozenset(pk for pk in either if before.get(pk) != now.get(pk))

    def version(self, topic: str, scope: Scope) -> str:
        """Return what `topic_versions` returns to a user of that scope."""
        names = (SharedVersion.ACCOUNTS, *TOPICS[topic].subjects)
        return _digest(self._rows(names, scope))

    def _rows(self, names: Iterable[str], scope: Scope) -> Iterator[Row]:
        for name in names:
            if scope is None:
                if name in self.shared:
                    yield name, self.shared[name]
            else:
                own = self.own.get(name, {})
                yield from ((name, pk, own[pk]) for pk in scope & own.keys())


def _listen(seconds: float) -> None:
    """Behind a pooler that takes the connection back, nothing is heard: time passes."""
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    raw = connection.connection
    with connection.wrap_database_errors:
        if not raw.notifies:
            socket = poll()
            socket.register(raw.fileno(), POLLIN)
            socket.poll(seconds * 1000)
            raw.poll()
        raw.notifies.clear()


def _file_version() -> int:
    """Return a number that changes whenever another connection writes."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])
