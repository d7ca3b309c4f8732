"""Questions about costs, answered by the database."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, Self

from django.db.models import (
    Aggregate,
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Abs

from clouds.access import AccountScopedQuerySet
from core.windows import ONE_DAY, Window
from costs.db_functions import FirstOfMonth
from costs.groupings import key_expression, keys_of
from providers.records import UNALLOCATED

METRICS = ("billed", "effective")
# Of rows of an account: its bill is read, rather than a payer's that covers it.
BILL_IS_READ = Q(account__is_enabled=True, account__payer=None)


class StoredDay(NamedTuple):
    """How many bills of a day are still estimated, and how many do not reconcile."""

    estimated: int
    unreconciled: int


class BillQuerySet(AccountScopedQuerySet):
    """Rows of one account's bill."""

    def counted(self, **days: date) -> Self:
        """Without an account's days that the bill of another one covers.

        `days`, such as day__lt, are what is known of these rows' days already, so that
        no other covered days are looked at.
        """
        from costs.models import CoveredDay

        covered = CoveredDay.objects.filter(
            sub_account_id=OuterRef("account__account_id"), day=OuterRef("day"), **days
        )
        return self.filter(~Exists(covered))


class DailyCostQuerySet(BillQuerySet):
    def in_window(self, window: Window) -> "DailyCostQuerySet":
        return self.filter(within(window))

    def in_windows(self, *windows: Window) -> "DailyCostQuerySet":
        return self.filter(within(*windows))

    def has_more_rows_than(self, count: int) -> bool:
        return self.order_by()[: count + 1].count() > count

    def searched(self, text: str) -> "DailyCostQuerySet":
        return self.filter(
            Q(service__icontains=text)
            | Q(region__icontains=text)
            | Q(resource_group__icontains=text)
            | Q(sub_account_id__icontains=text)
        )

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

    def sums(self, column: str, metric: str) -> QuerySet[Any, tuple[str, Decimal]]:
        """(key, what it cost in all)."""
        return self.combined([column], metric)

    def combined(
        self, columns: Sequence[str], metric: str
    ) -> QuerySet[Any, tuple[Any, ...]]:
        """(a value of each column, what it cost in all), in any order."""
        sums = self.order_by().values(*columns).annotate(total=Sum(metric))
        return sums.values_list(*columns, "total")

    def window_sums(
        self, columns: Sequence[str], metric: str, *windows: Window
    ) -> Iterable[tuple[Any, ...]]:
        """(a key of each column, the amount of each window).

        None is the amount of a key without a row of that window.
        """
        amounts = {
            f"amount_{at}": Sum(metric, filter=within(window))
            for at, window in enumerate(windows)
        }
        found = self.in_windows(*windows).order_by().values(*columns)
        return found.annotate(**amounts).values_list(*columns, *amounts)

    def of_keys(self, columns: Sequence[str], keys: Sequence[str]) -> Self:
        """Those whose columns together hold one of these keys."""
        parts = zip(columns, zip(*map(keys_of, keys), strict=True), strict=True)
        # So that an index of either column finds them.
        narrowed = {f"{column}__in": [*{*values}] for column, values in parts}
        found = self.filter(**narrowed).alias(keys=key_expression(columns))
        return found.filter(keys__in=keys)

    def series(
        self,
        columns: Sequence[str],
        metric: str,
        granularity: str,
        keys: Sequence[str] | None = None,
    ) -> QuerySet[Any, tuple[str, str | None, date, Decimal]]:
        """(currency, key, day or first of month, amount).

        Without a column there is one key, "Total"; of two it is both, which keys_of
        tells apart. Given `keys`, all others have the key None.
        """
        rows = self.annotate(key=key_expression(columns))
        if columns and keys is not None:
            rows = self.annotate(every_key=key_expression(columns)).annotate(
                key=Case(When(every_key__in=keys, then=F("every_key")), default=None)
            )
        found = rows.combinations(["currency", "key"], metric, granularity)
        return found.order_by("period", "key")

    def combinations(
        self, columns: Sequence[str], metric: str, granularity: str
    ) -> QuerySet[Any, tuple[Any, ...]]:
        """(a value of each column, day or first of month, amount), in any order."""
        return (
            self.order_by()
            .annotate(period=period_of(granularity))
            .values(*columns, "period")
            .annotate(amount=Sum(metric))
            .values_list(*columns, "period", "amount")
        )


class TagCostQuerySet(DailyCostQuerySet):
    """Rows of TagCost answer the same questions, of one tag key at a time."""

    def searched(self, text: str) -> "TagCostQuerySet":
        return self.filter(
            Q(service__icontains=text)
            | Q(tag_value__icontains=text)
            | Q(sub_account_id__icontains=text)
        )


class BillSpanQuerySet(AccountScopedQuerySet):
    def with_is_current(self) -> Self:
        """`is_current` tells whether more days of a bill are expected.

        Not of an account whose bill is not read, nor in a currency that it has left.
        """
        later = self.model._default_manager.filter(
            account=OuterRef("account"), last_day__gt=OuterRef("last_day")
        )
        is_current = BILL_IS_READ & ~Exists(later)
        wrapped = ExpressionWrapper(is_current, output_field=BooleanField())
        return self.annotate(is_current=wrapped)

    def with_cover(self, bills: Self, currency: str | None) -> Self:
        """`covered_until` and `covered_from` are the nearest days before and after on
        which one of these bills covers the account, in that or the span's currency."""
        from costs.models import CoveredDay

        days = CoveredDay.objects.filter(
            sub_account_id=OuterRef("account__account_id"),
            account__bill_spans__in=bills,
            account__bill_spans__currency=currency or OuterRef("currency"),
            account__bill_spans__first_day__lte=F("day"),
            account__bill_spans__last_day__gte=F("day"),
        ).values("day")
        before = days.filter(day__lt=OuterRef("first_day")).order_by("-day")
        after = days.filter(day__gt=OuterRef("last_day")).order_by("day")
        return self.annotate(
            covered_until=Subquery(before[:1]), covered_from=Subquery(after[:1])
        )


class CoveredDayQuerySet(AccountScopedQuerySet):
    def of_stored_rows(self, window: Window) -> Self:
        """Those of the window on which the other account has rows of its own."""
        from costs.models import CostDay

        own = CostDay.objects.filter(
            account__account_id=OuterRef("sub_account_id"), day=OuterRef("day")
        )
        return self.filter(within(window)).filter(Exists(own))


class RecentCostQuerySet(AccountScopedQuerySet):
    def per_service(self) -> QuerySet[Any, tuple[str, str, Decimal, Decimal]]:
        """(service, sub-account, the newest days' amount, that of those before)."""
        return (
            self.order_by()
            .values("service", "sub_account_id")
            .annotate(now=Sum("billed"), former=Sum("billed_before"))
            .values_list("service", "sub_account_id", "now", "former")
        )

    def largest_changes(
        self, limit: int
    ) -> QuerySet[Any, tuple[str, str, Decimal, Decimal]]:
        """The `limit` of them that changed most, up or down."""
        change = Abs(F("now") - F("former"))
        found = self.per_service().order_by(change.desc(), "service", "sub_account_id")
        return found[:limit]


class CostTotalQuerySet(BillQuerySet):
    def in_window(self, window: Window) -> Self:
        return self.filter(within(window))

    def read_by_tag(self, key: str) -> Self:
        """Those of days whose costs are stored by this tag key too, or are nothing."""
        from costs.models import TagDay

        days = TagDay.objects.filter(
            account=OuterRef("account"),
            day=OuterRef("day"),
            currency=OuterRef("currency"),
            tag_key=key,
        )
        return self.filter(Exists(days) | Q(billed=0, effective=0))

    def newest_day_per_currency(self) -> dict[str, date]:
        """The last stored day of each currency, in the order of their names."""
        return dict(
            self.order_by()
            .values("currency")
            .annotate(newest=Max("day"))
            .order_by("currency")
            .values_list("currency", "newest")
        )

    def stored_window(self) -> Window | None:
        """From the first stored day to the last; None without any."""
        ends = self.aggregate(first=Min("day"), last=Max("day"))
        if ends["first"] is None:
            return None
        return Window(ends["first"], ends["last"] + ONE_DAY)

    def stored_days(self) -> dict[date, StoredDay]:
        """Every stored day, and how many of its bills can't be relied on."""
        return self._stored_days(
            Count("id", filter=Q(is_estimated=True)),
            Count("id", filter=Q(is_reconciled=False)),
        )

    def _stored_days(
        self, estimated: Aggregate, unreconciled: Aggregate
    ) -> dict[date, StoredDay]:
        days = self.order_by().values_list("day").order_by("day")
        counted = days.annotate(estimated=estimated, unreconciled=unreconciled)
        return {day: StoredDay(*counts) for day, *counts in counted}

    def unreconciled(self) -> Self:
        """Days whose rows do not sum to the bill's total, to the last decimal."""
        return self.filter(is_reconciled=False)

    def days_per_account(self, windows: Sequence[Window]) -> dict[int, tuple[int, ...]]:
        """How many days of each window each account has.

        A currency has one total a day. To count distinct days takes a sort of them
        all, so that is asked of those accounts alone that have several.
        """
        inside = self.filter(within(*windows)).order_by()
        found: dict[int, tuple[int, ...]] = {}
        several = set()
        for account, _, *days in _counted(inside, ["account", "currency"], windows):
            if account in found:
                several.add(account)
            found[account] = tuple(days)
        if several:
            mixed = inside.filter(account__in=several)
            for account, *days in _counted(mixed, ["account"], windows, distinct=True):
                found[account] = tuple(days)
        return found


class BillDayQuerySet(CostTotalQuerySet):
    """Rows of BillDay answer questions about days as the totals that they count."""

    def counted(self, **days: date) -> Self:
        """They are."""
        return self

    def stored_days(self) -> dict[date, StoredDay]:
        """Every stored day, and how many of its bills can't be relied on."""
        return self._stored_days(Sum("estimated_count"), Sum("unreconciled_count"))


class RestatementQuerySet(BillQuerySet):
    def in_window(self, window: Window) -> "RestatementQuerySet":
        return self.filter(within(window))

    def newest_days(self) -> "RestatementQuerySet":
        """Those of the newest days first, with their accounts."""
        return self.select_related("account").order_by("-day", "-restated_at", "-id")

    def change_per_day(self, metric: str) -> dict[date, Decimal]:
        """By how much each restated day changed since it was first stored."""
        change = Sum(f"new_{metric}") - Sum(f"old_{metric}")
        rows = self.order_by().values("day").annotate(change=change)
        return dict(rows.order_by("day").values_list("day", "change"))


def _counted(
    totals: CostTotalQuerySet,
    keys: Sequence[str],
    windows: Sequence[Window],
    *,
    distinct: bool = False,
) -> Iterable[tuple[Any, ...]]:
    """The keys, and the days of each window that totals with these have."""
    days = {
        f"days_{at}": Count("day", filter=within(window), distinct=distinct)
        for at, window in enumerate(windows)
    }
    return totals.values(*keys).annotate(**days).values_list(*keys, *days)


def period_of(granularity: str) -> Combinable:
    """The day of a row, or the first of its month."""
    return FirstOfMonth("day") if granularity == "monthly" else F("day")


def within(*windows: Window) -> Q:
    """Whether the day of a row lies in any of them."""
    return reduce(or_, (Q(day__gte=one.start, day__lt=one.end) for one in windows))
