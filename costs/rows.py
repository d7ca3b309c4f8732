"""Where a question about costs is answered: from rollups where they can, else rows.

A rollup has summed the rows of every account by one dimension. A question that looks
at one dimension at most, and at every account, is answered from a thousandth of the
rows; any other one from the rows themselves. Both give the same answers.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Self

from django_filters import FilterSet

from costs.history import HeldRows
from costs.models import CostRollup, DailyCost
from costs.querysets import CostRollupQuerySet, DailyCostQuerySet
from people.limits import Person, is_limited
from providers.windows import Window

# The dimension by which a rollup tells a column apart.
DIMENSION_OF = {
    "service": CostRollup.Dimension.SERVICE,
    "region": CostRollup.Dimension.REGION,
    "sub_account_id": CostRollup.Dimension.ACCOUNT,
}
# What all of them tell.
IN_EACH = {"day", "currency", "charge_category"}


@dataclass(frozen=True, slots=True)
class CostRows:
    """Rows that may be filtered, and the rollups of the same rows.

    `rollups` are None where they can't answer, as of a few accounts. `looked_at` are
    the columns by which the rows are filtered, and `user` is who sees them.
    """

    rows: DailyCostQuerySet
    rollups: CostRollupQuerySet | None = None
    looked_at: frozenset[str] = frozenset()
    user: Person | None = None

    def by(self, *columns: str | None) -> DailyCostQuerySet:
        """What answers a question that tells these columns apart."""
        looked_at = {*self.looked_at, *columns}
        needed = {of for name, of in DIMENSION_OF.items() if name in looked_at}
        if self.rollups is None or len(needed) > 1:
            return self.rows
        return self.rollups.of(next(iter(needed), CostRollup.Dimension.NONE))

    def filtered_by(self, filterset: FilterSet) -> Self:
        """What a filterset that was checked leaves of them."""
        chosen = [name for name, value in filterset.form.cleaned_data.items() if value]
        looked_at = {filterset.filters[name].field_name for name in chosen}
        # Whose bill it is, for one, no rollup tells.
        unknown = looked_at - DIMENSION_OF.keys() - IN_EACH
        narrowed = replace(self, rollups=None) if unknown else self
        return replace(
            narrowed._both(filterset.filter_queryset),
            looked_at=self.looked_at | looked_at,
        )

    def in_window(self, window: Window) -> Self:
        return self._both(lambda rows: rows.in_window(window))

    def in_currency(self, currency: str) -> Self:
        return self._both(lambda rows: rows.filter(currency=currency))

    def _both(self, narrowed: Callable[[Any], Any]) -> Self:
        rollups = None if self.rollups is None else narrowed(self.rollups)
        return replace(self, rows=narrowed(self.rows), rollups=rollups)

    def per_day(
        self, metric: str
    ) -> Iterable[tuple[str, date, Decimal, Decimal | None]]:
        """As DailyCostQuerySet.per_day; so do all that follow."""
        return self.by("service").per_day(metric)

    def largest_keys(self, column: str, metric: str, limit: int) -> list[str]:
        return self.by(column).largest_keys(column, metric, limit)

    def compared(
        self, columns: Sequence[str], metric: str, window: Window, before: Window
    ) -> Iterable[tuple[Any, ...]]:
        return self.by(*columns).compared(columns, metric, window, before)

    def series(
        self,
        column: str | None,
        metric: str,
        granularity: str,
        keys: Sequence[str] | None = None,
    ) -> Iterable[tuple[str, str | None, date, Decimal]]:
        return self.by(column).series(column, metric, granularity, keys)

    def values_of(self, column: str) -> Iterable[str]:
        """What a column holds, in order."""
        found = self.by(column).order_by(column)
        return found.values_list(column, flat=True).distinct()


# What answers a question about amounts, of a window that is given later.
Rows = CostRows | HeldRows | DailyCostQuerySet


def rows_of(user: Person) -> CostRows:
    """All that this user may see. Rollups hold every account, so a limit needs rows."""
    rows = DailyCost.objects.counted().seen_by(user)
    rollups = None if is_limited(user) else CostRollup.objects.all()
    return CostRows(rows, rollups, user=user)
