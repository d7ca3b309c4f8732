"""A difference of two periods is told in parts that sum to it to the last decimal."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account
from costs.lines.testing import line, store_lines
from costs.lines.tests.conftest import OCTOBER, SEPTEMBER
from users.testing import person

pytestmark = pytest.mark.django_db


def explained(client: Client, **asked: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/lines/explanation/", asked)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def changes(found: dict[str, Any]) -> dict[str, str]:
    return {one["kind"]: one["change"] for one in found["steps"]}


def test_what_is_new_gone_used_more_and_dearer_is_distinguished(viewer: Client) -> None:
    found = explained(viewer)
    assert changes(found) == {
        "new": "0.10",
        # 100 hours at 0.1 became 150 at 0.10666667.
        "used_more": "5.00",
        "dearer": "1.00",
        "one_time": "-2.00",
        # The same hours of a database that costs less.
        "cheaper": "-1.000000000000000002",
        "gone": "-6.00",
    }
    assert found["change"] == "-2.900000000000000002"
    (cause,) = next(one for one in found["steps"] if one["kind"] == "dearer")["causes"]
    assert (cause["ResourceId"], cause["SkuMeter"]) == ("i-1", "BoxUsage:m5.large")
    assert (cause["previous_price"], cause["price"]) == ("0.10", "0.10666667")


def test_the_page_rounds_prices_and_quantities(viewer: Client) -> None:
    page = viewer.get("/costs/lines/changes/").content.decode()
    shown = ("100</td>", "150 <span", "$0.10</td>", "$0.10666667 <span")
    assert [one for one in shown if one not in page] == []


def test_without_resources_those_that_come_and_go_are_one_use(viewer: Client) -> None:
    kinds = changes(explained(viewer, grain="usage_type", service="Amazon EC2"))
    assert kinds.keys() == {"used_more", "cheaper", "one_time"}


def test_parts_of_any_bill_sum_to_its_change(client: Client, db: None) -> None:
    owner, dice = account(1, "any"), Random(4)
    for month in (SEPTEMBER, OCTOBER):
        amounts = [
            line(
                month.replace(day=dice.randint(1, 28)),
                f"{dice.choice([-1, 1, 1, 1])}{dice.random() ** 9:.18f}"[-20:],
                dice.choice([None, "0", f"{dice.random() * 1e-9:.18f}", "3.7"]),
                ResourceId=f"r-{dice.randint(1, 40)}",
                SkuMeter=f"m-{dice.randint(1, 3)}",
                ChargeCategory=dice.choice(["Usage", "Usage", "Usage", "Tax"]),
            )
            for _ in range(400)
        ]
        store_lines(owner, month, amounts)
    client.force_login(person("viewer"))
    for grain in ("resource", "usage_type"):
        found = explained(client, grain=grain)
        parts = sum(Decimal(one["change"]) for one in found["steps"])
        assert parts == Decimal(found["change"]) != 0
    rows = b"".join(client.get("/api/v1/lines/explanation/?format=csv"))
    table = [row.split(",") for row in rows.decode().splitlines()]
    at = table[0].index("change")
    assert sum(Decimal(row[at]) for row in table[1:]) == Decimal(
        explained(client)["change"]
    )


def test_periods_that_are_not_stored_whole_are_not_compared(
    viewer: Client, bill: CloudAccount
) -> None:
    bill.line_item_months.filter(month=SEPTEMBER).delete()
    found = explained(viewer)
    assert (found["change"], found["steps"]) == (None, [])
    assert viewer.get("/api/v1/lines/explanation/?format=csv").status_code == 400
    page = viewer.get("/costs/lines/changes/").content.decode()
    assert "There is nothing to compare with" in page
