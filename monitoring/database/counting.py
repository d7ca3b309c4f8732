"""What each query of this process takes: counted in memory, stored once a minute.

A process that ends loses what it has not stored yet, at most a minute.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from math import log2
from threading import Event, Lock, Thread
from time import perf_counter
from typing import Any

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils import timezone

from monitoring.database.names import Query, named

logger = logging.getLogger(__name__)

STORED_EVERY_SECONDS = 60.0
SLOW_SECONDS = 0.2
# Of a minute: an EXPLAIN each.
SLOW_KEPT = 20
BUCKETS_PER_DOUBLING = 4
RECEIVER = "monitoring.counting"


@dataclass(slots=True)
class Tally:
    """Queries of one name that took about as long."""

    count: int = 0
    seconds: float = 0.0
    slowest: float = 0.0

    def join(self, other: "Tally") -> None:
        self.count += other.count
        self.seconds += other.seconds
        self.slowest = max(self.slowest, other.slowest)


@dataclass(frozen=True, slots=True)
class SlowCall:
    """One call that was slow, with its values, which leave this process never."""

    query: Query
    sql: str
    params: Any
    seconds: float
    at: datetime


@dataclass(slots=True)
class Counted:
    """What was counted since it was stored last."""

    tallies: dict[tuple[Query, int], Tally] = field(default_factory=dict)
    slow: dict[str, SlowCall] = field(default_factory=dict)
    """By the name, of which several texts may have one, as those of TRUNCATE."""


class QueryCounter:
    """An execute wrapper of Django, shared by all connections of a process."""

    def __init__(self) -> None:
        self.counted = Counted()
        self.lock = Lock()

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: Any,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.add(sql, None if many else params, perf_counter() - began)

    def add(self, sql: Any, params: Any, seconds: float) -> None:
        query = named(sql)
        key = query, bucket_of(seconds)
        with self.lock:
            tally = self.counted.tallies.get(key)
            if tally is None:
                tally = self.counted.tallies[key] = Tally()
            tally.join(Tally(1, seconds, seconds))
            if seconds >= SLOW_SECONDS:
                self._keep_slow(query, sql, params, seconds)

    def _keep_slow(self, query: Query, sql: Any, params: Any, seconds: float) -> None:
        slow = self.counted.slow
        before = slow.get(query.name)
        if before is None and len(slow) >= SLOW_KEPT:
            return
        if before is None or before.seconds < seconds:
            slow[query.name] = SlowCall(
                query, str(sql), params, seconds, timezone.now()
            )

    def take(self) -> Counted:
        """Return the counts, and start again from none."""
        with self.lock:
            taken, self.counted = self.counted, Counted()
        return taken


def bucket_of(seconds: float) -> int:
    return int(BUCKETS_PER_DOUBLING * log2(max(seconds * 1e6, 1)))


def bucket_ms(bucket: int) -> float:
    """Return the middle of a bucket, which no value of it is 10% away from."""
    return float(2 ** ((bucket + 0.5) / BUCKETS_PER_DOUBLING)) / 1000


def count_each_connection(counter: QueryCounter) -> None:
    """Have every connection counted that this process makes from now on."""

    def begin(connection: BaseDatabaseWrapper, **_: Any) -> None:
        if counter not in connection.execute_wrappers:
            connection.execute_wrappers.append(counter)

    # Without a strong reference the receiver would be forgotten.
    connection_created.connect(begin, weak=False, dispatch_uid=RECEIVER)


def start_counting() -> None:
    """Count the queries of this process from now on, and store them each minute."""
    counter = QueryCounter()
    count_each_connection(counter)
    Thread(target=_store_each_minute, args=[counter], daemon=True).start()


def _store_each_minute(counter: QueryCounter) -> None:
    from monitoring.database.storing import store_counted

    pause = Event()
    while not pause.wait(STORED_EVERY_SECONDS):
        try:
            store_counted(counter.take(), timezone.now())
        except DatabaseError as error:
            logger.error("what queries took was not stored: %s", error)
        finally:
            connection.close()
