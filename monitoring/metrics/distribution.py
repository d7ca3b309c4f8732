"""How many values there are of which size: what sums of hours and days keep of them.

Values are counted in buckets whose ends grow by 2%, as in DDSketch (Masson et al.,
2019), so a percentile is off by at most 1% of itself. Buckets of any two sets of values
add up to those of both. Count, sum, least and largest are exact.
"""

import json
import math
import struct
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

# The percentiles that are shown.
SHARES = (0.5, 0.95, 0.99)
# A percentile is off by this share at most.
ACCURACY = 0.01
GROWTH = (1 + ACCURACY) / (1 - ACCURACY)
LOG_GROWTH = math.log(GROWTH)
# Keeps the number of a bucket above 0 for the smallest of floats.
OFFSET = 40_000
# A bucket as it is stored: its number and how many values it has. Six bytes are eight
# characters of base64 without padding, so texts of several sums can be joined.
PACKED, PACKED_LENGTH, LARGEST_COUNT = "iH", 8, 2**16 - 1


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


def pack(buckets: Counter[int]) -> str:
    """Return them as a text; more than LARGEST_COUNT values are several entries."""
    parts = [part for number, n in buckets.items() for part in _entries(number, n)]
    packed = struct.pack("<" + PACKED * (len(parts) // 2), *parts)
    return b64encode(packed).decode()


def packed(text: str) -> str:
    """Return buckets as `pack` writes them; archives of older versions have JSON."""
    if not text.startswith("{"):
        return text
    return pack(Counter({int(number): n for number, n in json.loads(text).items()}))


def _entries(number: int, count: int) -> Iterator[int]:
    while count > LARGEST_COUNT:
        yield from (number, LARGEST_COUNT)
        count -= LARGEST_COUNT
    yield from (number, count)


def unpack(text: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for number, count in struct.iter_unpack("<" + PACKED, b64decode(text)):
        found[number] += count
    return found


@dataclass(slots=True)
class Distribution:
    """Some values, summed up."""

    count: int = 0
    total: float = 0.0
    minimum: float = math.inf
    maximum: float = -math.inf
    buckets: Counter[int] = field(default_factory=Counter)

    def add(self, value: float) -> None:
        self.count += 1
        self.total += value
        self.minimum = min(self.minimum, value)
        self.maximum = max(self.maximum, value)
        self.buckets[bucket_of(value)] += 1

    @classmethod
    def stored(
        cls, count: int, total: float, minimum: float, maximum: float, packed: str
    ) -> Self:
        return cls(count, total, minimum, maximum, unpack(packed))

    def merge(self, other: Self) -> None:
        """Add the values of another."""
        self.count += other.count
        self.total += other.total
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)
        self.buckets.update(other.buckets)

    @property
    def average(self) -> float:
        return self.total / self.count

    def percentiles(self, shares: Iterable[float]) -> list[float]:
        """Return the value below which each share lies; shares ascend."""
        ordered = iter(sorted(self.buckets.items()))
        found, seen, value = [], 0, 0.0
        for share in shares:
            rank = max(math.ceil(share * self.count), 1)
            while seen < rank:
                bucket, n = next(ordered)
                seen, value = seen + n, value_of(bucket)
            found.append(min(max(value, self.minimum), self.maximum))
        return found
