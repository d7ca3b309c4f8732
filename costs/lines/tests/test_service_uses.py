"""A service's cause of a change is told by the uses of its lines, which sum to it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from clouds.models import CloudAccount
from core.windows import Window, add_months
from costs.explain.records import Part
from costs.explain.service_uses import service_uses
from costs.lines.tests.conftest import OCTOBER, SEPTEMBER
from costs.queries.query import CostQuery
from users.testing import person

pytestmark = pytest.mark.django_db
EC2 = Part("111111111111", "Amazon EC2")
QUERY = CostQuery(
    Window(OCTOBER, add_months(OCTOBER, 1)),
    previous=Window(SEPTEMBER, OCTOBER),
    currency="USD",
)


@pytest.fixture
def user(bill: CloudAccount) -> User:
    return person("viewer")


def test_uses_and_others_sum_to_the_change_of_the_service(user: User) -> None:
    found = service_uses(QUERY, user, [EC2])
    assert list(found) == [EC2]
    uses = found[EC2]
    named = [(str(one), one.usage_type, one.change) for one in uses.named]
    assert named == [
        ("i-1", "BoxUsage:m5.large", Decimal(6)),
        ("i-gone", "BoxUsage:m5.large", Decimal(-6)),
        ("BoxUsage:m5.large", "BoxUsage:m5.large", Decimal(-2)),
    ]
    assert (uses.change, uses.others, uses.others_change) == (
        *(Decimal("-1.9"), 1),
        Decimal("0.1"),
    )


def test_accounts_together_are_one_part(user: User) -> None:
    everywhere = Part("", "Amazon RDS")
    found = service_uses(QUERY, user, [everywhere])
    assert found[everywhere].change == Decimal("-1.000000000000000002")


def test_nothing_is_said_where_lines_can_not_show_it(user: User) -> None:
    assert not service_uses(replace(QUERY, basis="daily"), user, [EC2])
    assert not service_uses(replace(QUERY, ignore=["anomalies"]), user, [EC2])
    assert not service_uses(QUERY, user, [EC2], most_lines=8)
    assert not service_uses(QUERY, user, [])
    assert not service_uses(replace(QUERY, search="shop"), user, [EC2])
    tagged = {**QUERY.filters, "tag": ["team=shop"]}
    assert not service_uses(replace(QUERY, filters=tagged), user, [EC2])
    before = replace(QUERY, previous=Window(add_months(OCTOBER, -2), SEPTEMBER))
    assert not service_uses(before, user, [EC2])
