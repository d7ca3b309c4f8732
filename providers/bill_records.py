"""A month of a bill as its files have it, and what is used of its commitments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from providers.errors import ProviderError
from providers.records import CostReading

# The unit of what reservations cover.
HOURS = "hours"


class NoLines(ProviderError):
    """The files of a month are whole and have no line of a day that has ended."""


@dataclass(frozen=True, slots=True)
class BillMonth:
    """A month of which the files of a bill are there."""

    month: date
    """Its first day."""
    version: str
    """Differs once the files do. Months that share it are of the same files."""
    files: str
    """What they are called, in a sentence."""


@dataclass(frozen=True, slots=True)
class Bill:
    """A month's line items, which were written, and its days, each as it is asked for.

    Sums are of all lines, days those that have ended.
    """

    source_format: str
    line_count: int
    currency: str
    billed: Decimal
    effective: Decimal
    days: Iterator[CostReading]
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentUseRecord:
    """What a reservation or savings plan cost in some days, and what of it was used.

    Costs are amortized: what was paid ahead is spread over the hours that it is for.
    """

    commitment_id: str
    kind: str
    """Reservation or Savings Plan."""
    description: str
    """What it is for, such as "2 db.r6g.large, No Upfront"."""
    region: str = ""
    """Empty: in all of them."""
    cost: Decimal
    unused: Decimal
    """The part of the cost that nothing used."""
    list_cost: Decimal | None
    """What its use would have cost on demand."""
    currency: str
    ends_on: date | None = None
    """The day on which it ends, in UTC."""

    @property
    def used(self) -> Decimal:
        return self.cost - self.unused


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRecord:
    """What of the usage of a service, in some days, one kind of commitment covered."""

    kind: str
    """Reservation or Savings Plan."""
    service: str
    region: str = ""
    """Empty: all of them."""
    covered: Decimal
    total: Decimal
    """All usage that it could cover, covered or not."""
    unit: str
    """Of covered and total: hours, or of savings plans the currency."""
    on_demand: Decimal
    """What the usage that it did not cover cost."""
    currency: str
