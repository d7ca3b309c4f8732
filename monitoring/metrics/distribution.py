"""How many values there are of which size: what sums of hours and days keep of them.

Values are counted in buckets whose ends grow by 2%, as in DDSketch (Masson et al.,
2019), so a percentile is off by at most 1% of itself. Buckets of any two sets of values
add up to those of both. Count, sum, least and largest are exact.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# The percentiles that are told.
SHARES = (0.5, 0.95, 0.99)
# A percentile is off by this share at most.
ACCURACY = 0.01
GROWTH = (1 + ACCURACY) / (1 - ACCURACY)
LOG_GROWTH = math.log(GROWTH)
# Keeps the number of a bucket above 0 for the smallest of floats.
OFFSET = 40_000


def bucket_of(value: float) -> int:
    """Return the number of its bucket; they are in the order of values, 0 is 0."""
    if value == 0:
        return 0
    number = OFFSET + math.ceil(math.log(abs(value)) / LOG_GROWTH)
    return number if value > 0 else -number


def value_of(bucket: int) -> float:
    """Return the value in its middle."""
    if bucket == 0:
        return 0.0
    end = math.exp((abs(bucket) - OFFSET) * LOG_GROWTH)
    return math.copysign(2 * end / (GROWTH + 1), bucket)


@dataclass(slots=True)
class Distribution:
    """Some values, summed up; its buckets have texts as keys, as JSON has."""

    count: int = 0
    total: float = 0.0
    minimum: float = math.inf
    maximum: float = -math.inf
    buckets: Counter[str] = field(default_factory=Counter)

    def add(self, value: float) -> None:
        self.count += 1
        self.total += value
        self.minimum = min(self.minimum, value)
        self.maximum = max(self.maximum, value)
        self.buckets[str(bucket_of(value))] += 1

    def merge(
        self,
        count: int,
        total: float,
        minimum: float,
        maximum: float,
        buckets: Mapping[str, int],
    ) -> None:
        """Add what was summed up before."""
        self.count += count
        self.total += total
        self.minimum = min(self.minimum, minimum)
        self.maximum = max(self.maximum, maximum)
        self.buckets.update(buckets)

    @property
    def average(self) -> float:
        return self.total / self.count

    def percentiles(self, shares: Iterable[float]) -> list[float]:
        """Return the value below which each share lies; shares ascend."""
        ordered = iter(sorted((int(key), n) for key, n in self.buckets.items()))
        found, seen, value = [], 0, 0.0
        for share in shares:
            rank = max(math.ceil(share * self.count), 1)
            while seen < rank:
                bucket, n = next(ordered)
                seen, value = seen + n, value_of(bucket)
            found.append(min(max(value, self.minimum), self.maximum))
        return found
