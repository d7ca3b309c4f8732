"""How often may be asked: ARM's reads, and costs per scope, client and tenant."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from core.testing.azure_emulator.wire import AzureError

if TYPE_CHECKING:
    from core.testing.azure_emulator.wire import Call

HEADER = "x-ms-ratelimit-microsoft.costmanagement-"
QPU_WINDOWS = {"QueriesPerHour": 3_600, "QueriesPerMin": 60, "QueriesPer10Sec": 10}
MINUTE = 60.0
DRAINED_SECONDS = 57  # what the others leave of the bucket that all share


@dataclass
class Spent:
    """What was spent and when, in seconds of the emulator's clock."""

    entries: deque[tuple[float, int]] = field(default_factory=deque)

    def within(self, now: float, seconds: float) -> list[tuple[float, int]]:
        """What still counts."""
        return [entry for entry in self.entries if now - seconds < entry[0] <= now]

    def wait(self, now: float, seconds: float, limit: int, more: int) -> int:
        """Seconds until so much more is allowed."""
        counted = self.within(now, seconds)
        over = sum(amount for _, amount in counted) + more - limit
        for at, amount in counted:
            if over <= 0:
                break
            over -= amount
            if over <= 0:
                return max(1, math.ceil(at + seconds - now))
        return 0 if over <= 0 else int(seconds)

    def add(self, now: float, amount: int) -> None:
        self.entries.append((now, amount))
        while self.entries and now - self.entries[0][0] > QPU_WINDOWS["QueriesPerHour"]:
            self.entries.popleft()


@dataclass
class Bucket:
    """What is left of reads, and when it was counted."""

    left: float
    at: float


@dataclass
class Quotas:
    """Azure's limits; a test may set others, or lift them."""

    reads: int = 250  # at once, of a subscription or of the tenant
    reads_a_second: int = 25  # of which as many come back
    requests_a_minute: int = 4  # of one scope
    person_a_minute: int = 20
    client_a_minute: int = 2_000
    qpu: dict[str, int] = field(
        default_factory=lambda: {
            "QueriesPerHour": 600,
            "QueriesPerMin": 60,
            "QueriesPer10Sec": 12,
        }
    )
    # Without a ClientType everybody's requests are one client's: others use it up.
    default_drained: bool = True
    closed_until: datetime | None = None
    _spent: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def lift(self) -> None:
        """Lets everything through but the bucket that all share."""
        self.requests_a_minute = self.person_a_minute = 1_000_000
        self.client_a_minute = self.reads = self.reads_a_second = 1_000_000
        self.qpu = dict.fromkeys(self.qpu, 1_000_000)

    def read(self, subscription_id: str, now: datetime) -> dict[str, str]:
        """Counts a read of ARM and returns its header; raises 429 if it is too much."""
        at = now.timestamp()
        with self._lock:
            bucket = self._buckets.setdefault(subscription_id, Bucket(self.reads, at))
            back = max(0.0, at - bucket.at) * self.reads_a_second
            bucket.left, bucket.at = min(self.reads, bucket.left + back), at
            if bucket.left < 1:
                bucket.left = 0  # who comes too early waits again
                raise AzureError(
                    "TooManyRequests",
                    "The request is being throttled as the limit has been reached for "
                    "operation type - Read_ObservationWindow_00:00:01.",
                    429,
                    headers={"Retry-After": "1"},
                )
            bucket.left -= 1
            kind = "subscription" if subscription_id else "tenant"
            return {f"x-ms-ratelimit-remaining-{kind}-reads": str(int(bucket.left))}

    def spend(self, call: Call, scope: str, qpu: int, now: datetime) -> dict[str, str]:
        """Counts a question and returns its headers; raises 429 if it is too much."""
        client = call.headers.get("clienttype", "Default")
        at = now.timestamp()
        with self._lock:
            waits = self._waits(scope, client, qpu, at)
            if self.closed_until and now < self.closed_until:
                left = math.ceil((self.closed_until - now).total_seconds())
                waits = {"tenant": left, "entity": min(left, 20)}
            if waits:
                raise _throttled(waits)
            for bucket in ("person", f"scope {scope}", f"client {client}"):
                self._spent[bucket].add(at, 1)
            self._spent["qpu"].add(at, qpu)
            return self._headers(scope, qpu, at)

    def _waits(self, scope: str, client: str, qpu: int, at: float) -> dict[str, int]:
        """Seconds to wait by limit: several may stand in the way, with other times."""
        limits = {
            "entity": (f"scope {scope}", self.requests_a_minute),
            "client": ("person", self.person_a_minute),
            "clienttype": (f"client {client}", self.client_a_minute),
        }
        waits = {
            name: self._spent[bucket].wait(at, MINUTE, limit, 1)
            for name, (bucket, limit) in limits.items()
        }
        waits["qpu"] = max(
            self._spent["qpu"].wait(at, seconds, self.qpu[name], qpu)
            for name, seconds in QPU_WINDOWS.items()
        )
        if client == "Default" and self.default_drained:
            waits["clienttype"] = DRAINED_SECONDS
        return {name: seconds for name, seconds in waits.items() if seconds}

    def _headers(self, scope: str, qpu: int, at: float) -> dict[str, str]:
        remaining = ",".join(
            f"{name}:{self.qpu[name] - _sum(self._spent['qpu'], at, seconds)}"
            for name, seconds in QPU_WINDOWS.items()
        )
        left = self.requests_a_minute - _sum(self._spent[f"scope {scope}"], at, MINUTE)
        entity = "x-ms-ratelimit-remaining-microsoft.costmanagement-entity-requests"
        return {
            f"{HEADER}qpu-consumed": str(qpu),
            f"{HEADER}qpu-remaining": remaining,
            entity: f"DefaultQuota:{left}",
        }


def _sum(spent: Spent, at: float, seconds: float) -> int:
    return sum(amount for _, amount in spent.within(at, seconds))


def _throttled(waits: dict[str, int]) -> AzureError:
    """Without Retry-After: each limit has its own header, the largest counts."""
    return AzureError(
        "429",
        "Too many requests. Please retry.",
        429,
        headers={
            f"{HEADER}{name}-retry-after": str(seconds)
            for name, seconds in waits.items()
        },
    )
