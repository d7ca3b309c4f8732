"""What an explanation of costs is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from core.money import ZERO
from core.windows import Window
from costs.queries.coverage import change_percent


class Kind(StrEnum):
    """Why costs differ; what no other kind names is the rest."""

    ANOMALY = "anomaly"
    DAYS = "days"
    MONTH_START = "month_start"
    ONE_TIME = "one_time"
    NEW = "new"
    GONE = "gone"
    PRICE = "price"
    USED_MORE = "used_more"
    USED_LESS = "used_less"
    REST = "rest"


class Part(NamedTuple):
    """A service in an account, or in all where the account is empty."""

    account: str
    service: str


class Charges(NamedTuple):
    """The charges of one category of a part of the bill."""

    part: Part
    category: str


Daily = Mapping[date, Decimal]


class PriceChange(NamedTuple):
    """What uses whose price changed cost in the period, and at their old prices."""

    now: Decimal
    before: Decimal


@dataclass(frozen=True, slots=True)
class Incident:
    """An anomaly that has a page, and what it added to each part of the bill a day."""

    title: str
    url: str
    first_day: date
    last_day: date
    part: Part
    amounts: Mapping[Part, Daily]


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for a difference: what it is worth in the period, and before it.

    `since` is the first day that differs, where one can be named.
    """

    kind: Kind
    now: Decimal
    before: Decimal
    part: Part = Part("", "")
    category: str = ""
    since: date | None = None
    incident: Incident | None = None

    @property
    def change(self) -> Decimal:
        return self.now - self.before


def tells_use(cause: Cause) -> bool:
    """Return whether it is that a service was used more, less, or otherwise."""
    charged_once = (Kind.DAYS, Kind.MONTH_START, Kind.ONE_TIME, Kind.PRICE, Kind.REST)
    return bool(cause.part.service) and cause.kind not in charged_once


@dataclass(frozen=True, slots=True)
class Step:
    """All causes of one kind: the significant ones, largest first, and how many more.

    `change` is that of all of them.
    """

    kind: Kind
    change: Decimal
    causes: Sequence[Cause] = ()
    others: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """The difference between two periods, in steps that sum to it exactly.

    Of what is left out, nothing is in any amount. Amounts are of the whole periods, or
    averages a day. `least` is what a change must exceed to be significant. Incidents
    are what anomalies added to either period, none where they are left out. A large
    bill is not split by account. Without prices, theirs is part of use.
    """

    window: Window
    previous: Window
    total: Decimal
    previous_total: Decimal
    least: Decimal
    steps: Sequence[Step]
    incidents: Decimal = ZERO
    previous_incidents: Decimal = ZERO
    is_by_account: bool = True
    has_prices: bool = False

    @property
    def before(self) -> Decimal:
        return self.previous_total

    @property
    def change(self) -> Decimal:
        return self.total - self.previous_total

    @property
    def change_percent(self) -> float | None:
        return change_percent(self.previous_total, self.total)

    @property
    def is_significant(self) -> bool:
        named = any(step.kind != Kind.REST for step in self.steps)
        return named or abs(self.change) > self.least

    @property
    def without_incidents(self) -> Decimal:
        """The change if neither period had held an anomaly."""
        return self.change - (self.incidents - self.previous_incidents)

    @property
    def is_flattered(self) -> bool:
        """Whether costs fell only because an anomaly had raised them before."""
        return is_flattered(self.change, self.incidents, self.previous_incidents)


def is_flattered(change: Decimal, added: Decimal, added_before: Decimal) -> bool:
    """Return whether a fall is one only because of what anomalies added before."""
    return change < 0 < added_before and change - (added - added_before) >= 0
