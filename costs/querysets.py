"""Questions about costs, answered by the database."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import TruncMonth

from costs.coverage import Span
from people.limits import OfAccounts
from providers.records import UNALLOCATED
from providers.windows import Window

TOTAL = "Total"
METRICS = ("billed", "effective")
# What a series is keyed by, and the column that holds it.
GROUPS = {
    "service": "service",
    "region": "region",
    "account": "sub_account_id",
    "charge_category": "charge_category",
    "none": None,
}


class DailyCostQuerySet(OfAccounts):
    def counted(self) -> "DailyCostQuerySet":
        """Without what accounts stored before a payer's bill came to cover them."""
        return self.filter(account__payer__isnull=True)

    def in_window(self, window: Window) -> "DailyCostQuerySet":
        return self.filter(day__gte=window.start, day__lt=window.end)

    def per_day(
        self, metric: str
    ) -> Iterable[tuple[str, date, Decimal, Decimal | None]]:
        """(currency, day, amount, the unallocated part of it), in day order."""
        unallocated = Sum(metric, filter=Q(service=UNALLOCATED))
        return (
            self.order_by()
            .values("currency", "day")
            .annotate(amount=Sum(metric), unallocated=unallocated)
            .order_by("day", "currency")
            .values_list("currency", "day", "amount", "unallocated")
        )

    def largest_keys(self, column: str, metric: str, limit: int) -> "DailyCostQuerySet":
        """The `limit` keys with the largest sums."""
        return (
            self.order_by()
            .values(column)
            .annotate(total=Sum(metric))
            .order_by("-total", column)
            .values(column)[:limit]
        )

    def series(
        self, column: str | None, metric: str, granularity: str, limit: int | None
    ) -> Iterable[tuple[str, str | None, date, Decimal]]:
        """(currency, key, day or first of month, amount).

        Without a column there is one key, "Total". With a limit, the key of all that
        is not among the largest is None.
        """
        key: Case | F | Value = F(column) if column else Value(TOTAL)
        if column and limit is not None:
            largest = self.largest_keys(column, metric, limit)
            key = Case(When(Q((f"{column}__in", largest)), then=key), default=None)
        moment = TruncMonth("day") if granularity == "monthly" else F("day")
        return (
            self.order_by()
            .annotate(key=key, moment=moment)
            .values("currency", "key", "moment")
            .annotate(amount=Sum(metric))
            .order_by("moment", "key")
            .values_list("currency", "key", "moment", "amount")
        )


class CostTotalQuerySet(OfAccounts):
    def counted(self) -> "CostTotalQuerySet":
        """Without what accounts stored before a payer's bill came to cover them."""
        return self.filter(account__payer__isnull=True)

    def in_window(self, window: Window) -> "CostTotalQuerySet":
        return self.filter(day__gte=window.start, day__lt=window.end)

    def newest_day_per_currency(self) -> dict[str, date]:
        """The last stored day of each currency, in the order of their names."""
        return dict(
            self.order_by()
            .values("currency")
            .annotate(newest=Max("day"))
            .order_by("currency")
            .values_list("currency", "newest")
        )

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

    def spans(self, *windows: Window) -> list[Span]:
        """How each account's history covers these windows."""
        days = {
            f"days_{at}": Count(
                "day", filter=Q(day__gte=w.start, day__lt=w.end), distinct=True
            )
            for at, w in enumerate(windows)
        }
        rows = (
            self.order_by()
            .values("account")
            .annotate(first=Min("day"), last=Max("day"), **days)
            .values_list("account__is_enabled", "first", "last", *days)
        )
        return [
            Span(enabled, first, last, tuple(n)) for enabled, first, last, *n in rows
        ]
