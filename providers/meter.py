"""Counts the requests to a cloud and what they cost."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from threading import Lock


class Meter:
    """Counts requests per service and operation, and sums their price in USD.

    Regions are read side by side, so counting is guarded by a lock.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[str] = Counter()
        self._usd = Decimal(0)

    def count(self, operation: str, usd: Decimal = Decimal(0)) -> None:
        """One request of `operation`, such as "ce:GetCostAndUsage", was sent."""
        with self._lock:
            self._requests[operation] += 1
            self._usd += usd

    def charge(self, usd: Decimal) -> None:
        """What is billed by content rather than by request."""
        with self._lock:
            self._usd += usd

    @property
    def requests(self) -> int:
        return self._requests.total()

    @property
    def requests_by_operation(self) -> Mapping[str, int]:
        return dict(sorted(self._requests.items()))

    @property
    def usd(self) -> Decimal:
        return self._usd
