"""Where a question about costs is answered: from sums where they can, else from rows.

A rollup has summed the rows of every account by one dimension, and BillDay has counted
every account's totals. A question that looks at one dimension at most, and at every
account, is answered from a thousandth of the rows; any other one from the rows
themselves. Both give the same answers.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Self, TypeVar

from django.db.models import Exists, OuterRef, Q, Sum

from clouds.access import AnyUser, is_limited
from core.windows import ONE_DAY, Window, add_months, first_of_month
from costs.groupings import BY_TAG, column_of
from costs.growth.querysets import CostGrowthQuerySet
from costs.growth.shares import GrowthShares
from costs.models import (
    BillDay,
    BillSpan,
    CostGrowth,
    CostRollup,
    CostTotal,
    DailyCost,
    TagBillDay,
    TagCost,
    TagRollup,
    TagSpan,
)
from costs.queries.checks import (
    bills_of,
    check_services,
    check_sub_accounts,
    check_tag_key,
)
from costs.queries.coverage import (
    Cover,
    History,
    Span,
    TagHistory,
    overlap,
    read_by_tag,
    whole_histories,
    with_covered,
)
from costs.queries.query import BILLS, DIMENSIONS, CostQuery
from costs.queries.window_sums import window_sums
from costs.querysets import (
    BillDayQuerySet,
    BillQuerySet,
    BillSpanQuerySet,
    CostTotalQuerySet,
    DailyCostQuerySet,
    within,
)
from costs.rollup_querysets import OWNER, ROLLUP_OF, SumsQuerySet

Bills = TypeVar("Bills", bound=BillQuerySet)


@dataclass(frozen=True, slots=True)
class CostSource:
    """Rows, which may be filtered, and the totals of the same accounts in full.

    Of both, what another bill covers is left out where they are read.
    `rollups` are sums of the same rows and `days` counts of the same totals; None
    where they can't answer, as of a few accounts. `looked_at` are the columns by which
    the rows are filtered, and `bill_spans` and `growth` those of the same accounts.
    `narrowing` is the days and the currency of all of them, and of months in `archived`
    nothing is known. With a `tag_key` the rows are those by this tag, and the totals
    those of days that were read by it. Another bill covers some only if `is_covered`.
    """

    rows: DailyCostQuerySet
    totals: CostTotalQuerySet
    rollups: SumsQuerySet | None = None
    days: BillDayQuerySet | None = None
    looked_at: frozenset[str] = frozenset()
    bill_spans: BillSpanQuerySet = field(default_factory=BillSpan.objects.all)
    growth: CostGrowthQuerySet = field(default_factory=CostGrowth.objects.all)
    narrowing: Mapping[str, Any] = field(default_factory=dict)
    archived: Sequence[Window] = ()
    tag_key: str = ""
    is_covered: bool = True

    @classmethod
    def visible_to(cls, user: AnyUser) -> "CostSource":
        """Return all that this user may see. Sums hold every account, so that users
        with a limit are answered from rows."""
        if not is_limited(user):
            return cls.of_all_accounts()
        return cls(
            DailyCost.objects.visible_to(user),
            CostTotal.objects.visible_to(user),
            bill_spans=BillSpan.objects.visible_to(user),
            growth=CostGrowth.objects.visible_to(user),
        )

    @classmethod
    def of_all_accounts(cls) -> "CostSource":
        return cls(
            DailyCost.objects.all(),
            CostTotal.objects.all(),
            CostRollup.objects.all(),
            BillDay.objects.all(),
        )

    def filtered(self, query: CostQuery, user: AnyUser) -> Self:
        """Return what the query's filters leave, in every currency and of any day.

        One query where it names accounts, or a tag; raises InvalidQuery for one that
        the user does not see, as if there was none.
        """
        found = self
        check_sub_accounts(found.rows, query, user)
        if key := query.tag_key:
            check_tag_key(query, user)
            found = self.by_tag(key, user)
        if any(query.filters[name] for name in BILLS):
            keys = bills_of(query, user)
            found = replace(
                found,
                rows=found.rows.filter(account__in=keys),
                totals=found.totals.filter(account__in=keys),
                bill_spans=found.bill_spans.filter(account__in=keys),
                growth=found.growth.filter(account__in=keys),
                rollups=None,
                days=None,
            )
        for group, names in DIMENSIONS.items():
            for name, is_excluded in zip(names, (False, True), strict=True):
                if values := query.keys_of(name):
                    if name in DIMENSIONS["service"] and query.tag_key:
                        check_services(found.by("service"), query)
                    column = column_of(BY_TAG if group == "tag" else group) or ""
                    found = found.by_column(column, values, is_excluded=is_excluded)
        if query.search:
            rows = found.rows.searched(query.search)
            found = replace(found, rows=rows, rollups=None)
        return found

    def by_tag(self, key: str, user: AnyUser) -> Self:
        """Return the costs by this tag."""
        sums = TagRollup.objects.filter(tag_key=key)
        days = TagBillDay.objects.filter(tag_key__in=[key, ""])
        return replace(
            self,
            rows=TagCost.objects.visible_to(user).filter(tag_key=key),
            totals=self.totals.read_by_tag(key),
            rollups=None if self.rollups is None else sums,
            days=None if self.days is None else days,
            tag_key=key,
        )

    def by_column(
        self, column: str, values: Sequence[str], *, is_excluded: bool = False
    ) -> Self:
        """Return what has one of these values in the column, or none of them."""
        which = Q((f"{column}__in", values), _negated=is_excluded)
        rollups = None
        if self.rollups is not None and self.rollups.dimension_of({column}):
            rollups = self.rollups.filter(which)
        looked_at = self.looked_at | {column}
        return replace(
            self, rows=self.rows.filter(which), rollups=rollups, looked_at=looked_at
        )

    def in_window(self, window: Window) -> Self:
        start = max(window.start, self.narrowing.get("day__gte", window.start))
        return self.before(window.end)._narrowed(day__gte=start)

    def in_currency(self, currency: str) -> Self:
        return self._narrowed(currency=currency)

    def before(self, day: date) -> Self:
        return self._narrowed(day__lt=min(day, self.narrowing.get("day__lt", day)))

    def _narrowed(self, **which: object) -> Self:
        return replace(self, narrowing={**self.narrowing, **which})

    def without_archived(self, columns: Collection[str], *windows: Window) -> Self:
        """Return what is known of these windows by these columns.

        Where rows answer, that is nothing of a month whose rows went into an archive,
        though its sums stayed: without it, the month lacks days. One query where rows
        answer.
        """
        if self.tag_key or self.by(*columns).model is not DailyCost:
            return self
        months = [
            Window(first_of_month(one.start), add_months(one.end - ONE_DAY, 1))
            for one in windows
        ]
        summed = CostRollup.objects.filter(
            within(*months), dimension=CostRollup.Dimension.NONE
        )
        stored = DailyCost.objects.filter(day=OuterRef("day"))
        days = summed.filter(~Exists(stored)).order_by().values_list("day", flat=True)
        firsts = sorted({first_of_month(day) for day in days.distinct()})
        archived = [Window(first, add_months(first, 1)) for first in firsts]
        return replace(self, archived=archived)

    def by(
        self, *columns: str | None, months_of: Sequence[Window] = ()
    ) -> DailyCostQuerySet:
        """Return the rows or sums that can tell these columns apart. `months_of` are
        the windows asked for where a month may be one row."""
        compared = self.looked_at.union(filter(None, columns))
        if self.rollups is None or not (of := self.rollups.dimension_of(compared)):
            return self._counted(self.rows)
        return self._counted(self.rollups.of_dimension(of, months_of))

    def window_sums(
        self, columns: Sequence[str], metric: str, *windows: Window
    ) -> Iterable[tuple[Any, ...]]:
        """(a key of each column, the amount of each window). One query, and one more
        where blocks of days are summed beside single days.

        None is the amount of a key without a row of that window.
        """
        if blocks := self.blocks(columns):
            return window_sums(
                *blocks, columns, metric, windows, is_covered=self.is_covered
            )
        found = self.by(*columns, months_of=windows)
        return found.window_sums(columns, metric, *windows)

    def of_keys(self, columns: Sequence[str], keys: Sequence[str]) -> Self:
        """Return what has one of these keys in the columns together."""
        rows, rollups = self.rows.of_keys(columns, keys), self.rollups
        if rollups is not None:
            rollups = rollups.of_keys(columns, keys)
        return replace(self, rows=rows, rollups=rollups)

    def blocks(
        self, columns: Collection[str]
    ) -> tuple[SumsQuerySet, DailyCostQuerySet] | None:
        """Return the sums of blocks of days, archived months too, and the rows of days;
        None where rows alone, or sums by one dimension, answer about these columns."""
        compared = {*self.looked_at, *columns}
        is_dated = self.narrowing.keys() - {"currency"}
        if (
            self.rollups is None
            or is_dated
            or self.archived
            or self.tag_key
            or OWNER in compared
            or len(compared & ROLLUP_OF.keys()) < 2
        ):
            return None
        narrowing = self.narrowing
        return self.rollups.filter(**narrowing), self.rows.filter(**narrowing)

    def bills(self) -> CostTotalQuerySet:
        """Return the totals, or their counts, which answer what is about days alone."""
        return self._counted(self.totals if self.days is None else self.days)

    def _counted(self, bills: Bills) -> Bills:
        days = {name: day for name, day in self.narrowing.items() if name != "currency"}
        if self.archived:
            bills = bills.filter(~within(*self.archived))
        bills = bills.filter(**self.narrowing)
        return bills.counted(**days) if self.is_covered else bills

    def growth_shares(self) -> GrowthShares:
        """Return by which share recent days of these accounts' bills grow. One query.

        Of the whole bills, whatever the filters: what is late is not told by service.
        """
        currency = self.narrowing.get("currency")
        growth = self.growth.filter(currency=currency) if currency else self.growth
        return growth.shares()

    def bill_total(self, metric: str) -> Decimal | None:
        """Return what the bills say that all of it costs; None without any."""
        total: Decimal | None = self._counted(self.totals).aggregate(sum=Sum(metric))[
            "sum"
        ]
        return total

    def bill_per_cloud(self) -> list[tuple[str, Decimal]]:
        """Return what the bills of each cloud say, the largest first. One query."""
        sums = self._counted(self.totals).order_by().values_list("account__provider")
        found: list[tuple[str, Decimal]] = list(sums.annotate(sum=Sum("billed")))
        return sorted(found, key=lambda one: -one[1])

    def only_currency(self) -> str | None:
        """Return the currency of the bills, which one without charges has too; None
        without bills, and where they have several."""
        found = list(self.bills().newest_day_per_currency())
        return found[0] if len(found) == 1 else None

    def newest_days(self) -> dict[str, date]:
        """Return the last stored day of each currency, first those in which bills go
        on. One query, and another one where there are several."""
        newest = self.bills().newest_day_per_currency()
        if len(newest) < 2:
            return newest
        current = self.bill_spans.with_is_current().filter(is_current=True)
        in_use = {*current.values_list("currency", flat=True)}
        ordered = sorted(
            newest, key=lambda currency: (currency not in in_use, currency)
        )
        return {currency: newest[currency] for currency in ordered}

    def values_of(self, column: str, limit: int) -> list[str]:
        """Return what a column holds, in order, without the empty text."""
        start, end = map(self.narrowing.get, ("day__gte", "day__lt"))
        months_of = [Window(start, end)] if start and end and start < end else []
        rows = self.by(column, months_of=months_of).exclude(**{column: ""})
        found = rows.order_by(column).values_list(column, flat=True)
        return list(found.distinct()[:limit])

    def spans(self, *windows: Window) -> list[Span]:
        """Return how each account's history covers these windows. One query.

        And one by tag; one of the days of those whose history has a gap, or several
        currencies; and one of those that begin or end in between. A history goes on
        where another one of these bills covers the account, be it in another currency
        than its own bill.
        """
        currency = self.narrowing.get("currency")
        stored = self.bill_spans.with_is_current().order_by("account")
        # A thousand models take longer to make than to read.
        found = [History(*row) for row in stored.values_list(*History._fields)]
        covers = self._covers(found, windows)
        histories: dict[int, list[History]] = defaultdict(list)
        elsewhere = []
        for span in found:
            if currency in (None, span.currency):
                histories[span.account_id].append(span)
            elif any(covers.get(span.pk, ())):
                elsewhere.append(span)
        whole: Mapping[int, History | None] = whole_histories(histories)
        if self.tag_key:
            accounts = self.bill_spans.values("account")
            tags = TagSpan.objects.filter(account__in=accounts)
            tags = tags.filter(tag_key__in=[self.tag_key, ""])
            by_key = tags.values_list(*TagHistory._fields)
            whole = read_by_tag(whole_histories(histories), self.tag_key, by_key)
        gaps = histories.keys() - whole.keys()
        totals = self._counted(self.totals.filter(account__in=gaps))
        counts = totals.days_per_account(windows) if gaps else {}

        @cache  # most accounts are read since the same day, until the same day
        def known_days(first: date, last: date) -> tuple[int, ...]:
            return tuple(self._known_days(first, last, window) for window in windows)

        spans = []
        for account, parts in histories.items():
            first = min(part.first_day for part in parts)
            last = max(part.last_day for part in parts)
            days = counts.get(account, (0,) * len(windows))
            if one := whole.get(account):
                days = known_days(one.first_day, one.last_day)
            is_current = any(part.is_current for part in parts)
            known = [covers[part.pk] for part in parts if part.pk in covers]
            days = with_covered(days, known, windows)
            spans.append(Span(account, is_current, first, last, days))
        for part in elsewhere:
            if part.account_id not in histories:
                until, since = covers[part.pk]
                day = since or until or part.last_day
                days = with_covered((0,) * len(windows), [(until, since)], windows)
                spans.append(Span(part.account_id, False, day, day, days))
        return spans

    def _known_days(self, first: date, last: date, window: Window) -> int:
        """Return how many days of the window a history without gaps has."""
        archived = (
            overlap(max(first, one.start), min(last, one.end - ONE_DAY), window)
            for one in self.archived
        )
        return overlap(first, last, window) - sum(archived)

    def _covers(
        self, found: Sequence[History], windows: Sequence[Window]
    ) -> dict[int, Cover]:
        """Return the nearest days on which others cover what is told in part."""
        newest = max((span.last_day for span in found), default=date.min)
        first = min(window.start for window in windows)
        last = min(newest, max(window.end for window in windows) - ONE_DAY)
        parts = [
            span.pk
            for span in found
            if first < span.first_day <= last or first <= span.last_day < last
        ]
        if not parts:
            return {}
        covered = self.bill_spans.filter(pk__in=parts).with_cover(
            self.bill_spans, self.narrowing.get("currency")
        )
        columns = covered.values_list("pk", "covered_until", "covered_from")
        return {key: (until, since) for key, until, since in columns}
