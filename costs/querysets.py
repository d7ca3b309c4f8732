"""Questions about costs, answered by the database."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Count, F, Max, Min, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import TruncMonth

from providers.records import UNALLOCATED
from providers.windows import Window

if TYPE_CHECKING:
    pass

METRICS = ("billed", "effective")
# What a series is keyed by, and the column that holds it.
GROUPS = {
    "service": "service",
    "region": "region",
    "account": "sub_account_id",
    "charge_category": "charge_category",
}


class DailyCostQuerySet(models.QuerySet["DailyCost"]):
    def in_window(self, window: Window) -> "DailyCostQuerySet":
        return self.filter(day__gte=window.start, day__lt=window.end)

    def unallocated(self) -> "DailyCostQuerySet":
        """What the bill's total holds and its groups do not name."""
        return self.filter(service=UNALLOCATED)

    def currencies(self) -> list[str]:
        return sorted(self.order_by().values_list("currency", flat=True).distinct())

    def total_per_key(self, column: str, metric: str) -> Sequence[tuple[str, Any]]:
        """(key, Decimal total) of each key, the largest first."""
        return list(
            self.order_by()
            .values(column)
            .annotate(total=Sum(metric))
            .order_by("-total", column)
            .values_list(column, "total")
        )

    def total_per_day(self, metric: str) -> dict[date, Any]:
        """Decimal total of each day, in day order."""
        return dict(
            self.order_by()
            .values("day")
            .annotate(total=Sum(metric))
            .order_by("day")
            .values_list("day", "total")
        )

    def series(
        self, column: str, kept: Iterable[str], metric: str, monthly: bool
    ) -> Iterable[tuple[str | None, date, Any]]:
        """(key, day or first of month, Decimal); None keys all that is not `kept`."""
        key = Case(When(Q((f"{column}__in", list(kept))), then=F(column)), default=None)
        moment = TruncMonth("day") if monthly else F("day")
        return (
            self.order_by()
            .annotate(key=key, moment=moment)
            .values("key", "moment")
            .annotate(amount=Sum(metric))
            .values_list("key", "moment", "amount")
        )


class CostTotalQuerySet(models.QuerySet["CostTotal"]):
    def in_window(self, window: Window) -> "CostTotalQuerySet":
        return self.filter(day__gte=window.start, day__lt=window.end)

    def days_by_estimate(self) -> dict[date, bool]:
        """Every stored day, and whether any account's bill still estimates it."""
        rows = (
            self.order_by()
            .values("day")
            .annotate(estimated=Count("id", filter=Q(is_estimated=True)))
            .order_by("day")
            .values_list("day", "estimated")
        )
        return {day: estimated > 0 for day, estimated in rows}

    def unreconciled(self) -> "CostTotalQuerySet":
        """Days whose rows do not sum to the bill's total, to the last decimal."""
        from costs.models import DailyCost

        rows = (
            DailyCost.objects.filter(
                account=OuterRef("account"),
                day=OuterRef("day"),
                currency=OuterRef("currency"),
            )
            .order_by()
            .values("day")
        )
        return self.annotate(
            rows_billed=Subquery(rows.annotate(s=Sum("billed")).values("s")),
            rows_effective=Subquery(rows.annotate(s=Sum("effective")).values("s")),
        ).filter(
            ~Q(billed=F("rows_billed"), effective=F("rows_effective"))
            | Q(rows_billed__isnull=True) & ~Q(billed=0, effective=0)
        )

    def spans(self) -> Iterable[tuple[int, date, date, int]]:
        """(account's key, first stored day, last stored day, days stored) of each."""
        return (
            self.order_by()
            .values("account")
            .annotate(
                first=Min("day"), last=Max("day"), days=Count("day", distinct=True)
            )
            .values_list("account", "first", "last", "days")
        )
