"""Which stored lines a question is about: whose bills, and what its filters leave."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from itertools import groupby
from operator import or_

from django.conf import settings
from django.db.models import Q

from clouds.access import AnyUser
from clouds.demo_clock import account_now
from clouds.models import CloudAccount
from core.windows import Window, add_months, first_of_month, utc_day
from costs.groupings import BY_TAG
from costs.lines.answer_cache import cached
from costs.lines.engine import DEADLINE_SECONDS, FILE, DuckDb, LineEngine, Row, literal
from costs.lines.line_query import DIMENSIONS, TAGS, LineQuery
from costs.lines.loaded_lines import LoadedLines, line_server
from costs.lines.models import LineItemMonth
from costs.models import CoveredDay
from costs.queries.query import InvalidQuery

SEARCHED = (
    *("ResourceId", "ResourceName", "SkuMeter", "x_Operation", "ChargeDescription"),
    # As of costs, whose pages lead here.
    *("ServiceName", "RegionId", "x_ResourceGroup", "SubAccountId"),
)

# Keys of tags are offered of so many lines; the URL takes any.
SAMPLE, MOST_KEYS = 20_000, 30


@dataclass(frozen=True, slots=True)
class LineSource:
    """Lines of both periods: `table` stands after FROM, and `where` after WHERE.

    `months` have them, all in one currency. What another bill covers is left out.
    """

    query: LineQuery
    months: Sequence[LineItemMonth]
    engine: LineEngine
    table: str
    where: str

    @property
    def now(self) -> str:
        return within(self.query.window)

    @property
    def before(self) -> str:
        return within(self.query.compared_with)

    @property
    def is_stored(self) -> bool:
        """Return whether any month of the window is there."""
        return any(_has_days(one, self.query.window) for one in self.months)

    @property
    def is_comparable(self) -> bool:
        """Return whether each bill has the months of both periods."""
        windows = (self.query.window, self.query.compared_with)
        needed = {month for one in windows for month in months_of(one)}
        stored = {(one.account_id, one.month) for one in self.months}
        accounts = {account for account, _ in stored}
        return bool(stored) and all(
            (account, month) in stored for account in accounts for month in needed
        )

    @property
    def outdated(self) -> Sequence[LineItemMonth]:
        """Return the months whose older lines answer while newer ones are loaded."""
        return self.engine.outdated(self.months)

    @property
    def line_count(self) -> int:
        """Return how many lines its months have, whatever its filters leave."""
        return sum(one.row_count for one in self.months)

    def rows(self, sql: str, seconds: int = DEADLINE_SECONDS) -> Iterator[Row]:
        """Yield the answer to a question of `table`; none without any month."""
        return self.engine.rows(sql, seconds) if self.months else iter(())

    def answer(self, sql: str) -> Sequence[Row]:
        """Return all rows of a short answer, which is cached."""
        files = [
            f"{self.engine.file_of(one)} {one.source_version} {one.byte_count} "
            f"{one.imported_at}"
            for one in self.months
        ]
        return cached(files, sql, lambda: self.rows(sql))


def line_engine(*, takes_older: bool = False) -> LineEngine:
    """Return the engine of LINE_ITEMS_ENGINE; by default this process."""
    if settings.LINE_ITEMS_ENGINE:
        return LoadedLines(line_server(), takes_older=takes_older)
    return DuckDb()


def newest_window(user: AnyUser, now: datetime) -> Window:
    """Return the days of the newest stored month, up to when it was imported."""
    months = LineItemMonth.objects.visible_to(user).select_related("account")
    newest = months.order_by("-month").first()
    if newest is None:
        month = first_of_month(utc_day(now))
        return Window(add_months(month, -1), month)
    imported_at = account_now(newest.account, newest.imported_at)
    last = max(utc_day(imported_at), newest.month.replace(day=2))
    return Window(newest.month, min(add_months(newest.month, 1), last))


def currencies_of(query: LineQuery, user: AnyUser) -> list[str]:
    """Return the currencies of the bills, that of the largest first. One query."""
    amounts: dict[str, float] = {}
    for one in _months(query, user):
        amounts[one.currency] = amounts.get(one.currency, 0) + float(one.billed)
    return sorted(amounts, key=lambda name: (-amounts[name], name))


def line_source(query: LineQuery, user: AnyUser) -> LineSource:
    """Return the lines of the query's bills in its currency. Three queries.

    Until the newest file of a month is loaded, the one before answers: see `outdated`.
    Raises InvalidQuery for an account that the user does not see, as if there was none.
    """
    months = [one for one in _months(query, user) if one.currency == query.currency]
    return source_of(query, months, takes_older=True)


def source_of(
    query: LineQuery, months: Sequence[LineItemMonth], *, takes_older: bool = False
) -> LineSource:
    """Return the lines of these months in the query's currency. One query.

    What is stored of the answer must not be of older ones, and raises LinesFailed.
    """
    engine = line_engine(takes_older=takes_older)
    table = engine.source(months)
    conditions = [*_conditions(query), *uncovered(months, engine)]
    return LineSource(query, months, engine, table, " AND ".join(["TRUE", *conditions]))


def tag_keys(source: LineSource) -> list[str]:
    """Return the keys of tags that lines of a sample have most."""
    # Spark has no DISTINCT of maps.
    sql = f"""
        SELECT Tags FROM (SELECT Tags FROM {source.table} LIMIT {SAMPLE}) AS sample
        GROUP BY Tags
    """  # noqa: S608 - of our own parts
    counts = Counter(key for (tags,) in source.answer(sql) for key in tags)
    return sorted(key for key, _ in counts.most_common(MOST_KEYS))


def column_of(group_by: str) -> str:
    """Return the expression that a grouping is by; untagged is an empty text."""
    if group_by.startswith(BY_TAG):
        return _tag(group_by.removeprefix(BY_TAG))
    return DIMENSIONS[group_by].column


def within(window: Window) -> str:
    return f"(x_Day >= {literal(window.start)} AND x_Day < {literal(window.end)})"


def months_of(window: Window) -> Iterator[date]:
    month = first_of_month(window.start)
    while month < window.end:
        yield month
        month = add_months(month, 1)


def _has_days(month: LineItemMonth, window: Window) -> bool:
    return month.month in {*months_of(window)}


def _months(query: LineQuery, user: AnyUser) -> list[LineItemMonth]:
    """Return the months of either period, of the bills that the query names."""
    windows = (query.window, query.compared_with)
    days = [
        Q(month__gte=first_of_month(one.start), month__lt=one.end) for one in windows
    ]
    months = LineItemMonth.objects.visible_to(user).select_related("account")
    if wanted := query.filters["account"]:
        seen = CloudAccount.objects.visible_to(user).filter(account_id__in=wanted)
        if unknown := {*wanted} - {*seen.values_list("account_id", flat=True)}:
            names = ", ".join(sorted(unknown))
            raise InvalidQuery({"account": [f"{names} is no connected account."]})
        months = months.filter(account__account_id__in=wanted)
    if clouds := query.filters["provider"]:
        months = months.filter(account__provider__in=clouds)
    return list(months.filter(reduce(or_, days)).order_by("month", "account"))


def _conditions(query: LineQuery) -> Iterator[str]:
    for one in DIMENSIONS.values():
        for name, word in ((one.only, "IN"), (one.without, "NOT IN")):
            if values := query.filters[name]:
                yield f"{one.column} {word} ({', '.join(map(literal, values))})"
    for name, word in zip(TAGS, ("IN", "NOT IN"), strict=True):
        pairs = sorted(value.partition("=")[::2] for value in query.filters[name])
        for key, of_key in groupby(pairs, key=lambda pair: pair[0]):
            values = ", ".join(literal(value) for _, value in of_key)
            yield f"{_tag(key)} {word} ({values})"
    if query.search:
        text = literal(query.search.lower())
        found = (f"position({text} IN lower({name})) > 0" for name in SEARCHED)
        yield f"({' OR '.join(found)})"


def _tag(key: str) -> str:
    return f"COALESCE(Tags[{literal(key)}], '')"


def uncovered(months: Sequence[LineItemMonth], engine: LineEngine) -> Iterator[str]:
    """Leave out an account's days that the bill of another one covers."""
    of_account = {one.account.account_id: one for one in months}
    covered = CoveredDay.objects.filter(sub_account_id__in=of_account)
    days = covered.filter(
        day__gte=min((one.month for one in months), default=date.min),
        day__lt=max((add_months(one.month, 1) for one in months), default=date.max),
    ).order_by("sub_account_id", "day")
    pairs = days.values_list("sub_account_id", "day").distinct()
    for account, of_one in groupby(pairs, key=lambda pair: pair[0]):
        own = [one for one in months if one.account.account_id == account]
        files = ", ".join(literal(engine.file_of(one)) for one in own)
        listed = ", ".join(literal(day) for _, day in of_one)
        yield f"NOT ({FILE} IN ({files}) AND x_Day IN ({listed}))"
