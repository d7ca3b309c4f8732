"""Rollups and rows give the same answers, and the fewer rows are asked."""

from itertools import product

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from clouds.testing import account
from core.testing.clock import NOW
from costs.models import CostTotal
from costs.querysets import GROUPS, METRICS
from costs.rows import CostRows
from costs.scope import read_scope
from costs.summary import cost_summary
from costs.testing import charge, close
from costs.trend import cost_trend
from people.models import AccountAccess
from providers.windows import ONE_DAY

pytestmark = pytest.mark.django_db
DAYS = [NOW.date() - ONE_DAY * back for back in (3, 2, 1)]
FILTERS = [
    "",
    "service=EC2",
    "service=EC2&service=S3",
    "exclude_service=S3",
    "region=us-east-1",
    "exclude_region=us-east-1",
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
    return User.objects.create(username="viewer")


@pytest.fixture(autouse=True)
def bill() -> None:
    payer, member = account(), account(2, "member")
    member.payer = payer
    member.save()
    for number, (day, service, region) in enumerate(
        product(DAYS, ["EC2", "S3", "Unallocated"], ["eu-west-1", "us-east-1", ""])
    ):
        category = "Tax" if number % 4 == 0 else "Usage"
        of = "7" if number % 3 else "8"
        charge(
            payer,
            day,
            f"{number}.0000000001",
            service=service,
            region=region,
            category=category,
            sub_account=of,
            effective=str(number * 2),
        )
        # Covered by the payer's bill: never counted.
        charge(member, day, "1000", service=service, region=region)
    close(payer, *DAYS)


@pytest.mark.parametrize("query", FILTERS)
def test_rollups_answer_as_the_rows_do(viewer: User, query: str) -> None:
    scope = read_scope(QueryDict(query), NOW, viewer)
    bare = CostRows(scope.rows.rows)
    for group_by, metric, granularity, limit in product(
        GROUPS, METRICS, ["daily", "monthly"], [None, 1]
    ):
        one, other = (
            cost_trend(
                rows,
                scope.totals,
                scope.window,
                group_by=group_by,
                metric=metric,
                granularity=granularity,
                limit=limit,
            )
            for rows in (scope.rows, bare)
        )
        assert one == other
        assert one.total is not None
    assert cost_summary(scope.rows, scope.totals, scope.window) == cost_summary(
        bare, scope.totals, scope.window
    )


@pytest.mark.parametrize(
    ("query", "group_by", "table"),
    [
        ("", "service", "costs_costrollup"),
        ("service=EC2", "service", "costs_costrollup"),
        ("exclude=Tax", "none", "costs_costrollup"),
        ("charge_category=Tax", "account", "costs_costrollup"),
        ("service=EC2", "region", "costs_dailycost"),
        ("search=EC", "service", "costs_dailycost"),
        ("account=000000000001", "service", "costs_dailycost"),
    ],
)
def test_the_rows_are_read_only_where_they_must_be(
    viewer: User, query: str, group_by: str, table: str
) -> None:
    scope = read_scope(QueryDict(query), NOW, viewer)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        cost_trend(scope.rows, scope.totals, scope.window, group_by=group_by)
    assert f'FROM "{table}"' in asked[0]["sql"]


def test_who_is_limited_is_told_of_no_other_account(viewer: User) -> None:
    AccountAccess.objects.create(user=viewer)
    scope = read_scope(QueryDict(""), NOW, viewer)
    assert scope.rows.rollups is None
    found = cost_trend(scope.rows, CostTotal.objects.all(), scope.window)
    assert found.total == 0
