"""Questions about costs, answered by sums of rows."""

from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Self

from django.db.models import Q, Sum

from core.windows import Window
from costs.day_blocks import are_apart, whole_months
from costs.querysets import DailyCostQuerySet, within

# The dimension by which sums of charges tell a column apart.
ROLLUP_OF = {
    "service": "service",
    "region": "region",
    "resource_group": "resource_group",
    "sub_account_id": "account",
}
# What no sum tells apart.
OWNER = "account__account_id"


class SumsQuerySet(DailyCostQuerySet):
    """Sums of rows by several dimensions, which answer the same questions."""

    # The dimensions of sums of a day whose keys may be many, and those of their months.
    months_of_dimension: Mapping[str, str] = {}

    def dimension_of(self, columns: Set[str]) -> str | None:
        """The dimension that tells these columns apart; None where rows alone do."""
        raise NotImplementedError

    def counted(self, **days: date) -> Self:
        """They are."""
        return self

    def of_dimension(self, dimension: str, months_of: Sequence[Window] = ()) -> Self:
        """Those by a dimension; of these windows alone whole months are one row each,
        of their first day, where the dimension has many keys.

        Windows that share days are read day by day: a month of one of them would be
        added to its days in the other.
        """
        months, which = self.months_of_dimension.get(dimension), Q()
        for window in months_of if months and are_apart(months_of) else ():
            whole, ends = whole_months(window)
            if whole:
                which |= Q(within(whole), dimension=months)
            if ends:
                which |= Q(within(*ends), dimension=dimension)
        return self.filter(which or Q(dimension=dimension))

    def has_more_rows_than(self, count: int) -> bool:
        rows: int | None = self.aggregate(rows=Sum("row_count"))["rows"]
        return (rows or 0) > count


class CostRollupQuerySet(SumsQuerySet):
    """Of charges: by one column, or any charge category."""

    months_of_dimension = {"account": "account_month", "resource_group": "group_month"}

    def dimension_of(self, columns: Set[str]) -> str | None:
        by = [of for name, of in ROLLUP_OF.items() if name in columns]
        is_told = OWNER not in columns and len(by) < 2
        return (by or ["none"])[0] if is_told else None


class TagRollupQuerySet(SumsQuerySet):
    """Of costs by one tag key: by value, or by value and service."""

    months_of_dimension = {"value": "value_month", "service": "service_month"}

    def dimension_of(self, columns: Set[str]) -> str | None:
        if columns & {OWNER, "sub_account_id"}:
            return None
        return "service" if "service" in columns else "value"
