"""The facts of a resource that is no instance, as its rules are applied to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from core.windows import Window
from insights.recommendations.engine.advice import (
    Change,
    CpuDay,
    ListPrice,
    title_of,
)
from providers.records import ResourceRecord

Record_co = TypeVar("Record_co", bound=ResourceRecord, covariant=True)
# The fields that hold the type of a kind which has types.
TYPES = ("volume_type", "database_class", "balancer_type", "gateway_type")


@dataclass(frozen=True, slots=True)
class UsageDay:
    """What was counted by one metric on one UTC day."""

    maximum: float | None = None
    total: float | None = None
    average: float | None = None


@dataclass(frozen=True, slots=True)
class ResourceFacts(Generic[Record_co]):
    """One resource as it is, and its days until now.

    `price` is that of now, and `other_prices` what it would cost as each `target` of
    its alternatives. `usage` has the days of each metric; a day that it lacks is not
    known. `siblings` is the number of other snapshots of the same disk.
    """

    account_id: str
    kind: str
    record: Record_co
    first_seen_at: datetime | None = None
    gone_since: datetime | None = None
    changes: Sequence[Change] = ()
    price: ListPrice | None = None
    other_prices: Mapping[str, ListPrice] = field(default_factory=dict)
    usage: Mapping[str, Mapping[date, UsageDay]] = field(default_factory=dict)
    cpu: Sequence[CpuDay] = ()
    memory_maximum_percent: float | None = None
    siblings: int = 0

    @property
    def resource_id(self) -> str:
        return self.record.resource_id

    @property
    def region(self) -> str:
        return self.record.region

    @property
    def title(self) -> str:
        return title_of(self.record.name or self.record.resource_id)

    @property
    def resource_type(self) -> str:
        found = (getattr(self.record, name, "") for name in TYPES)
        return next((name for name in found if name), "")

    @property
    def exists_since(self) -> datetime | None:
        """Return since when it is known to exist."""
        instants = (self.record.created_at, self.first_seen_at)
        return min((at for at in instants if at), default=None)

    def totals(self, metric: str, window: Window) -> list[float] | None:
        """Return what was counted each day; None where one day is not known."""
        days = self._of_days(metric, window)
        return _all_known([day.total for day in days])

    def maxima(self, metric: str, window: Window) -> list[float] | None:
        """Return the highest of each day; None where one day is not known."""
        days = self._of_days(metric, window)
        return _all_known([day.maximum for day in days])

    def averages(self, metric: str, window: Window) -> list[float] | None:
        """Return the average of each day; None where one day is not known."""
        days = self._of_days(metric, window)
        return _all_known([day.average for day in days])

    def highest(self, metric: str, window: Window) -> float | None:
        """Return the highest of the days of the window that are known."""
        days = self._of_days(metric, window)
        known = [day.maximum for day in days if day.maximum is not None]
        return max(known, default=None)

    def _of_days(self, metric: str, window: Window) -> list[UsageDay]:
        days = self.usage.get(metric, {})
        return [days.get(day, UsageDay()) for day in window.days()]


def _all_known(figures: Sequence[float | None]) -> list[float] | None:
    known = [figure for figure in figures if figure is not None]
    return known if len(known) == len(figures) else None
