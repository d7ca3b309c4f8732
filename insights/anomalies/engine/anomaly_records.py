"""What crosses into and out of anomaly detection: frozen, typed, plain Python.

Amounts here are floats of one unit: they are estimates over series, and become
Decimal again with `money`. An expected amount is never a bill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.money import CENT
from insights.bill_records import Scope


class DetectionError(Exception):
    """Input that cannot be judged; one sentence says which and why."""


class Kind(StrEnum):
    """How the values moved. A spike becomes a shift when it has lasted a week."""

    SPIKE = "spike"
    SHIFT = "shift"
    GROWTH = "growth"
    NEW = "new"


class Direction(StrEnum):
    """To which side of what was expected."""

    UP = "up"
    DOWN = "down"


class Severity(StrEnum):
    """How much money, or how far; limits.py names the steps."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Measure(StrEnum):
    """What the values of a series are, which decides what matters in them."""

    COST = "cost"
    CPU = "cpu"


@dataclass(frozen=True, slots=True)
class Series:
    """Values of consecutive UTC days from `first_day`; None is unknown, 0 measured.

    `estimated` says which days may still grow, as the newest days of a bill do: a low
    value there is never an anomaly. Infinite or text values are refused by detection.
    """

    key: str
    first_day: date
    values: Sequence[float | Decimal | None]
    estimated: frozenset[date] = frozenset()
    measure: Measure = Measure.COST

    @property
    def days(self) -> list[date]:
        return [self.first_day + timedelta(days=at) for at in range(len(self.values))]


@dataclass(frozen=True, slots=True)
class Cause:
    """One part of the bill, what it added, and its share of the whole (0 to 1)."""

    scope: Scope
    amount: float
    share: float


@dataclass(frozen=True, slots=True)
class TagCause:
    """A value of a tag ("" is untagged), what the same days of it added, and its share
    of what all values of the tag did."""

    value: str
    amount: float
    share: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One anomaly of one series or bill, from its first day to its last known one.

    `expected`, `low`, `high` and `actual` are of `peak_day`, which deviates most.
    `impact` is actual less expected of all its days (negative when below). `is_over`
    says that values returned, or that a shift became the new normal.

    One of a bill is one incident, however many parts of it deviate: `scope` is the
    smallest part that holds them all, and `causes` are the parts, the largest first.
    It is found again with the same first day, maybe of a larger part as days come.
    """

    key: str
    kind: Kind
    direction: Direction
    first_day: date
    last_day: date
    seen_on: date
    peak_day: date
    expected: float
    low: float
    high: float
    actual: float
    impact: float
    severity: Severity
    confidence: float
    is_over: bool
    currency: str = ""
    scope: Scope = Scope()
    causes: Sequence[Cause] = ()

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well incidents injected into this very series were detected.

    `recall` is the share found within two days, of `tried` ones that each added `size`
    a day (None if the series is too short to try). `false_per_month` is how many alarms
    it has in 30 judged days without them: at most so many are false.
    """

    recall: float | None
    false_per_month: float | None
    tried: int
    size: float


def money(amount: float) -> Decimal:
    """Return an estimate as Decimal, to the cent."""
    return Decimal(str(amount)).quantize(CENT)
