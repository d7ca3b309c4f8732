"""By which share recent days grow, and which of them are raw."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Self

# Of fewer account days of an age nothing is said.
LEAST_DAYS = 3
# A day that changes by less than this is as good as settled.
RAW_SHARE = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class GrowthShares:
    """What to add to a day's bill by its age at the newest read, as a share of it.

    `days` are the account days that were measured a day after. Without shares it is
    not known how much recent days grow.
    """

    shares: Mapping[int, Decimal] = field(default_factory=dict)
    days: int = 0

    @classmethod
    def of(cls, sums: Iterable[tuple[int, int, Decimal, Decimal]]) -> Self:
        """Return the shares of (age, days, billed then, billed now).

        Each age up to the oldest that still grows has to be measured.
        """
        shares: dict[int, Decimal] = {}
        measured = 0
        for age, days, known, settled in sums:
            if age != len(shares) + 1 or days < LEAST_DAYS or not known:
                break
            shares[age] = (settled - known) / known
            measured = measured or days
        return cls(shares, measured)

    @property
    def is_known(self) -> bool:
        return bool(self.shares)

    @property
    def raw_days(self) -> int:
        """Return how many of the newest days still grow notably."""
        raw = [age for age, share in self.shares.items() if abs(share) >= RAW_SHARE]
        return max(raw, default=0)

    @property
    def percents(self) -> list[tuple[int, Decimal]]:
        """Return (age, percent) of the ages at which days still grow notably."""
        of_raw = range(1, self.raw_days + 1)
        return [(age, self.shares[age] * 100) for age in of_raw]
