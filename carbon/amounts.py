"""Sums of energy and emissions, and how rows are summed to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from carbon.engine.estimate import added
from carbon.facts import MACHINES

# Columns of EmissionTotal, in the order of Amounts.
SUMMED = (
    *("kwh", "operational_kg", "embodied_kg"),
    *("resources", "unknown", "embodied_unknown"),
)
OF_TOTALS = {f"sum_{name}": Sum(name) for name in SUMMED}
OF_RESOURCES = {
    **{f"sum_{name}": Sum(name) for name in ("kwh", "operational_kg", "embodied_kg")},
    "sum_resources": Count("pk"),
    "sum_unknown": Count("pk", filter=~Q(unknown="")),
    "sum_embodied_unknown": Count(
        "pk", filter=Q(embodied_kg=None, resource__kind__in=MACHINES)
    ),
}
Row = Sequence[Any]
"""A value of each field of Amounts."""


@dataclass(slots=True)
class Amounts:
    """Energy and emissions; of `resource_days` the `unknown` are in no sum."""

    kwh: float | None = None
    operational_kg: float | None = None
    embodied_kg: float | None = None
    resource_days: int = 0
    unknown: int = 0
    embodied_unknown: int = 0

    @property
    def kg(self) -> float | None:
        return added(self.operational_kg, self.embodied_kg)

    def add(self, row: Row, share: float = 1.0) -> None:
        kwh, operational, embodied, days, unknown, embodied_unknown = row
        self.kwh = added(self.kwh, _part(kwh, share))
        self.operational_kg = added(self.operational_kg, _part(operational, share))
        self.embodied_kg = added(self.embodied_kg, _part(embodied, share))
        self.resource_days += days
        self.unknown += unknown
        self.embodied_unknown += embodied_unknown


def _part(amount: float | None, share: float) -> float | None:
    return None if amount is None else amount * share
