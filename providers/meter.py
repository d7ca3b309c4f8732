"""Counts the requests to a cloud and what they cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from threading import Lock

from core.money import ZERO


@dataclass(frozen=True, slots=True)
class Usage:
    """Requests of one operation, and their price in USD."""

    requests: int = 0
    usd: Decimal = ZERO

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.requests + other.requests, self.usd + other.usd)

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(self.requests - other.requests, self.usd - other.usd)


class Meter:
    """Counts requests per operation, such as "ce:GetCostAndUsage", and their price.

    Before anything that is priced, `gate` is asked with its price; what it raises keeps
    the request from being sent. Regions are read side by side, so counting is guarded
    by a lock, and `gate` may be called from any thread.
    """

    def __init__(self) -> None:
        self.gate: Callable[[Decimal], None] = lambda usd: None
        self._lock = Lock()
        self._counted: dict[str, Usage] = {}
        self._taken: dict[str, Usage] = {}

    def count(self, operation: str, usd: Decimal = ZERO, requests: int = 1) -> None:
        """Count what is about to be sent; requests=0 adds a price by its content."""
        if usd:
            self.gate(usd)
        with self._lock:
            counted = self._counted.get(operation, Usage())
            self._counted[operation] = counted + Usage(requests, usd)

    def take_new(self) -> Mapping[str, Usage]:
        """Return what was counted since the last call, per operation."""
        with self._lock:
            new = {
                operation: usage - self._taken.get(operation, Usage())
                for operation, usage in self._counted.items()
                if usage != self._taken.get(operation)
            }
            self._taken = dict(self._counted)
        return new

    @property
    def requests(self) -> int:
        return sum(self.requests_by_operation.values())

    @property
    def requests_by_operation(self) -> Mapping[str, int]:
        with self._lock:
            counted = sorted(self._counted.items())
        return {name: usage.requests for name, usage in counted}

    @property
    def usd(self) -> Decimal:
        with self._lock:
            return sum((usage.usd for usage in self._counted.values()), ZERO)
