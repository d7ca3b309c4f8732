"""Costs can be limited to the bills of one cloud."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from clouds.testing import account, azure_account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from users.testing import ask, person, refused

pytestmark = pytest.mark.django_db
DAYS = last_complete_days(30, NOW)


@pytest.fixture(autouse=True)
def two_clouds() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        store_costs(account(), DAYS, {"AWS Lambda": "1"})
        store_costs(azure_account(name="shop"), DAYS, {"Virtual Machines": "2"})
        yield


@pytest.mark.parametrize(
    ("cloud", "total"),
    [("aws", "30.00"), ("azure", "60.00"), ("aws,azure", "90.00"), ("demo", None)],
)
def test_the_api_sums_the_bills_of_a_cloud(cloud: str, total: str | None) -> None:
    assert ask("costs/trend/", provider=cloud)["total"] == total


def test_a_cloud_and_an_account_of_another_have_no_costs_together() -> None:
    both = {"provider": "azure", "account": "000000000001"}
    assert ask("costs/summary/", **both)["total"] is None


def test_a_cloud_that_there_is_not_is_refused() -> None:
    assert (
        "is not valid. Choose one of: aws"
        in (refused("costs/trend/", provider="oracle")["provider"][0])
    )


def test_the_page_says_which_cloud_it_is_limited_to_and_keeps_it(
    client: Client,
) -> None:
    client.force_login(person("viewer"))
    text = client.get("/costs/?provider=azure").content.decode()
    assert "$60.00" in text
    assert "$90.00" not in text
    assert '<span class="muted">Cloud</span> Azure' in text
    assert '<input type="hidden" name="provider" value="azure">' in text
