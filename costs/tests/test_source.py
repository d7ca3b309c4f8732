"""Rollups and rows give the same answers, and the fewer rows are asked."""

from dataclasses import replace
from itertools import cycle, islice, product

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from clouds.testing import account, see_all, see_only
from core.testing.clock import NOW
from core.windows import ONE_DAY
from costs.groupings import GROUPS
from costs.models import CostTotal
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.summary import cost_summary
from costs.queries.trend import cost_trend
from costs.querysets import METRICS
from costs.testing import charge, close, one_bill

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
DAYS = [NOW.date() - ONE_DAY * back for back in (3, 2, 1)]
FILTERS = [
    "",
    "service=EC2",
    "service=EC2&service=S3",
    "exclude_service=S3",
    "region=us-east-1",
    "exclude_region=us-east-1",
    "resource_group=shop-rg",
    "exclude_resource_group=shop-rg",
    "sub_account=7",
    "charge_category=Tax",
    "exclude=Tax",
    "currency=USD",
    "service=EC2&region=us-east-1",
    "sub_account=7&exclude=Tax",
    "search=EC",
    "account=000000000001",
]


@pytest.fixture
def viewer() -> User:
    user = User.objects.create(username="viewer")
    see_all(user)
    return user


@pytest.fixture(scope="module", autouse=True)
def bill(module_db: None) -> None:
    payer, member = account(), account(2, "member")
    with one_bill(payer, member):
        for number, (day, service, region) in enumerate(
            product(DAYS, ["EC2", "S3", "Unallocated"], ["eu-west-1", "us-east-1", ""])
        ):
            category = "Tax" if number % 4 == 0 else "Usage"
            of = "7" if number % 3 else member.account_id
            charge(
                payer,
                day,
                f"{number}.0000000001",
                service=service,
                region=region,
                group="shop-rg" if number % 5 else "",
                category=category,
                sub_account=of,
                effective=str(number * 2),
            )
            # Covered by the payer's bill: never counted.
            charge(member, day, "1000", service=service, region=region)
        close(payer, *DAYS)


def read(query: str, viewer: User) -> tuple[CostQuery, CostSource]:
    """The query, and the costs that it is about."""
    asked = CostQuery.from_url(QueryDict(query), NOW)
    source = CostSource.visible_to(viewer).filtered(asked, viewer)
    return asked, source.in_currency(asked.currency) if asked.currency else source


@pytest.mark.parametrize("query", FILTERS)
def test_rollups_answer_as_the_rows_do(viewer: User, query: str) -> None:
    """Each filter with each grouping, and each of both in each way to ask, though not
    all three together."""
    asked, source = read(query, viewer)
    bare = replace(source, rollups=None, days=None)
    ways = product(METRICS, ["daily", "monthly"], [None, 1])
    groups = islice(cycle(GROUPS), FILTERS.index(query), None)
    different = []
    for group_by, way in zip(groups, ways, strict=False):
        metric, granularity, limit = way
        one, other = (
            cost_trend(
                one_source,
                asked.window,
                group_by=group_by,
                metric=metric,
                granularity=granularity,
                limit=limit,
            )
            for one_source in (source, bare)
        )
        if one != other or one.total is None:
            different.append((group_by, *way, one, other))
    assert different == []
    assert cost_summary(source, asked.window) == cost_summary(bare, asked.window)


@pytest.mark.parametrize(
    ("query", "group_by", "table"),
    [
        ("", "service", "costs_costrollup"),
        ("service=EC2", "service", "costs_costrollup"),
        ("exclude=Tax", "none", "costs_costrollup"),
        ("charge_category=Tax", "account", "costs_costrollup"),
        ("", "resource_group", "costs_costrollup"),
        ("resource_group=shop-rg", "none", "costs_costrollup"),
        ("resource_group=shop-rg", "service", "costs_dailycost"),
        ("service=EC2", "region", "costs_dailycost"),
        ("search=EC", "service", "costs_dailycost"),
        ("account=000000000001", "service", "costs_dailycost"),
    ],
)
def test_the_rows_are_read_only_where_they_must_be(
    viewer: User, query: str, group_by: str, table: str
) -> None:
    asked, source = read(query, viewer)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        cost_trend(source, asked.window, group_by=group_by)
    assert f'FROM "{table}"' in queries[0]["sql"]


def test_a_key_that_is_called_other_is_one_of_the_others(viewer: User) -> None:
    charge(account(3, "own"), DAYS[0], "500", service="Other", region="us-east-1")
    asked, source = read("region=us-east-1", viewer)
    one, other = (
        cost_trend(one_source, asked.window, limit=2)
        for one_source in (source, replace(source, rollups=None, days=None))
    )
    assert one == other
    assert one.total and one.total > 500


def test_who_is_limited_is_told_of_no_other_account(viewer: User) -> None:
    see_only(viewer)
    asked, source = read("", viewer)
    assert source.rollups is None
    found = cost_trend(replace(source, totals=CostTotal.objects.all()), asked.window)
    assert found.total == 0
