"""What two columns cost in windows, from sums of months and of ten days and the days
beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clouds.testing import account, see_all
from core.windows import ONE_DAY, Window
from costs.day_blocks import FIRST_OF, MONTH, TEN_DAYS, parts_of
from costs.queries.breakdown import cost_breakdown
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.trend import largest_keys_of
from costs.testing import charge, close, one_bill

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
FIRST = date(2026, 1, 25)
DAYS = [FIRST + ONE_DAY * number for number in range(66)]
# About each first of ten days, and in the middle of them.
ENDS = [DAYS[number] for number in (0, 6, 7, 8, 13, 16, 17, 22, 27, 35, 36, 50, 65)]
COLUMNS = ["sub_account_id", "service"]


@pytest.fixture(scope="module", autouse=True)
def bill(module_db: None) -> None:
    """Services that are charged every day, every third, and on one day only."""
    payer, member = account(), account(2, "member")
    with one_bill(payer, member):
        for number, day in enumerate(DAYS):
            of = member.account_id if number % 2 else "7"
            services = ["EC2", f"once in {number}", *(["S3"] if number % 3 else [])]
            for service in services:
                charge(
                    payer,
                    day,
                    f"{number}.0000000001",
                    service=service,
                    region="eu-west-1" if number % 5 else "",
                    sub_account=of,
                    effective=str(-number),
                )
            close(payer, day)
            # Covered by the payer's bill: never counted.
            charge(member, day, "1000")


@pytest.fixture
def source() -> CostSource:
    viewer = User.objects.create(username="viewer")
    see_all(viewer)
    query = CostQuery(Window(DAYS[0], DAYS[-1]))
    return CostSource.visible_to(viewer).filtered(query, viewer).in_currency("USD")


def found(source: CostSource, *windows: Window) -> Sequence[str]:
    rows: Iterable[object] = source.window_sums(COLUMNS, "billed", *windows)
    return sorted(map(repr, rows))


def test_they_are_those_of_the_rows(source: CostSource) -> None:
    bare = replace(source, rollups=None)
    for start, middle, end in combinations(ENDS, 3):
        windows = Window(middle, end), Window(start, middle)
        assert found(source, *windows) == found(bare, *windows)


@pytest.mark.parametrize("column", ["sub_account_id", "resource_group"])
def test_windows_may_share_days(source: CostSource, column: str) -> None:
    rows, february = replace(source, rollups=None), Window(DAYS[7], DAYS[35])
    for window in (february, Window(DAYS[0], DAYS[17]), Window(DAYS[17], DAYS[65])):
        sums, of_rows = (
            sorted(one.window_sums([column], "billed", february, window))
            for one in (source, rows)
        )
        assert sums == of_rows != []


@pytest.mark.parametrize(
    "filters", [{"service": ["EC2"]}, {"exclude_region": ["eu-west-1"]}]
)
def test_what_filters_leave_is_summed_alike(
    source: CostSource, filters: dict[str, list[str]]
) -> None:
    for name, values in filters.items():
        column, is_excluded = name.removeprefix("exclude_"), "exclude" in name
        source = source.by_column(column, values, is_excluded=is_excluded)
    bare, window = replace(source, rollups=None), Window(DAYS[3], DAYS[60])
    assert found(source, window) == found(bare, window)
    assert found(source, window) != []


def test_rows_of_whole_ten_days_are_not_read(source: CostSource) -> None:
    with CaptureQueriesContext(connection) as queries:
        list(source.window_sums(COLUMNS, "billed", Window(DAYS[7], DAYS[17])))
    assert "costs_dailycost" not in queries[0]["sql"]


@pytest.mark.parametrize("limit", [1, 3, 20])
def test_the_largest_are_those_of_the_rows(source: CostSource, limit: int) -> None:
    bare = replace(source, rollups=None)
    for start, end in pairwise(ENDS):
        window = Window(start, end)
        keys = largest_keys_of(source, COLUMNS, "billed", window, limit)
        assert keys == largest_keys_of(bare, COLUMNS, "billed", window, limit)


@pytest.mark.parametrize("metric", ["billed", "effective"])
def test_a_breakdown_by_the_largest_is_that_by_all(metric: str) -> None:
    viewer = User.objects.create(username="viewer")
    see_all(viewer)
    for start, end in (*pairwise(ENDS), (DAYS[35], DAYS[60])):
        query = CostQuery(Window(start, end), group_by="account,service", limit=2)
        query = replace(query, metric=metric)
        largest = cost_breakdown(query, viewer, {})
        of_all = cost_breakdown(query, viewer, {}, with_every_key=True)
        assert largest == replace(of_all, amounts=largest.amounts)
        assert not largest.amounts or len(of_all.amounts) <= 2
    assert largest.lines[-1].before


def test_a_window_is_cut_where_few_days_are_left() -> None:
    for start, end in combinations(ENDS, 2):
        window = Window(start, end)
        parts = list(parts_of(window))
        assert sum(part.sign * len(part.days) for part in parts) == len(window)
        alone = sum(len(part.days) for part in parts if part.block is None)
        assert alone <= min(10, len(window))
        for block, days, _ in parts:
            for day in (days.start, days.end) if block else ():
                assert day == FIRST_OF[block or ""](day)


def test_whole_months_are_cut_nowhere() -> None:
    two_months = Window(date(2026, 1, 1), date(2026, 3, 1))
    assert list(parts_of(two_months)) == [(MONTH, two_months, 1)]
    ten = Window(date(2026, 1, 11), date(2026, 1, 21))
    assert list(parts_of(ten)) == [(TEN_DAYS, ten, 1)]
