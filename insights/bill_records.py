"""The daily costs of a bill, from which forecasts and anomalies are computed.

Plain Python. Amounts are floats: from here on they are estimates, never a bill.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import fsum

from core.windows import ONE_DAY


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """Which part of the bill: an empty string stands for all.

    `Scope()` is the total; one with all three is the finest part there is.
    """

    account: str = ""
    service: str = ""
    region: str = ""

    def __str__(self) -> str:
        named = [part for part in (self.service, self.account, self.region) if part]
        return " / ".join(named) or "total"

    def covers(self, other: "Scope") -> bool:
        """Return whether all of `other` is part of this."""
        return (
            self.account in ("", other.account)
            and self.service in ("", other.service)
            and self.region in ("", other.region)
        )


@dataclass(frozen=True, slots=True)
class Bill:
    """The daily costs of one currency, in the finest parts that are stored.

    Each part has one value for each UTC day from `first_day`. A day without a row of a
    part on a day that was read is 0; a day that was not read is None or NaN in all
    parts. `usage` leaves out tax, credits, refunds and fees, which have no expected
    day; `charges` has them too. The `unsettled` days may still grow. One that is not
    `is_current` has ended, so that nothing follows its last day.
    """

    currency: str
    first_day: date
    usage: Mapping[Scope, Sequence[float | Decimal | None]]
    unsettled: frozenset[date] = frozenset()
    charges: Mapping[Scope, Sequence[float]] = field(default_factory=dict)
    is_current: bool = True

    def summed(self, parts: Iterable[Scope]) -> list[float]:
        """Return what these parts cost together each day, with all their charges.

        The sum is the same to the last bit in any order of the parts; otherwise the
        same days would look changed.
        """
        columns = (self.charges[part] for part in parts)
        return [fsum(day) for day in zip(*columns, strict=True)]

    def settled(self, values: Iterable[float]) -> list[float | None]:
        """Return the values of known and complete days; None for the others."""
        return [
            None
            if value != value or self.first_day + ONE_DAY * at in self.unsettled
            else value
            for at, value in enumerate(values)
        ]
