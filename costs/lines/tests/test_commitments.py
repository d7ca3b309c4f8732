"""Commitments tell what was used of them, and what was paid for nothing."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from clouds.testing import account
from costs.lines.testing import line, store_lines
from costs.lines.tests.conftest import OCTOBER

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("category", ["Usage", "Purchase"])
def test_used_and_unused_parts_of_each_commitment(
    viewer: Client, category: str
) -> None:
    """Unused is usage in FOCUS, and a part of recurring fees in a usage report."""
    plan: dict[str, Any] = {
        "CommitmentDiscountId": "sp-1",
        "CommitmentDiscountType": "Savings Plan",
        "BilledCost": Decimal(0),
    }
    used = plan | {"CommitmentDiscountStatus": "Used", "ListCost": Decimal(10)}
    unused = plan | {
        "CommitmentDiscountStatus": "Unused",
        "ListCost": None,
        "ChargeCategory": category,
        "ResourceId": "arn:sp-1",
    }
    negation = plan | {"ResourceId": "", "ListCost": None}
    fee = plan | {"ChargeCategory": "Purchase", "EffectiveCost": Decimal(0)}
    store_lines(
        account(2, "committed"),
        OCTOBER,
        [
            line(OCTOBER, "6", EffectiveCost=Decimal(6), **used),
            line(OCTOBER, "2", EffectiveCost=Decimal(2), **unused),
            line(OCTOBER, "0", EffectiveCost=Decimal(0), **negation),
            line(OCTOBER, "0", None, **fee),
        ],
    )
    (one,) = viewer.get("/api/v1/lines/commitments/").json()["results"]
    assert one == {
        "id": "sp-1",
        "name": "",
        "kind": "Savings Plan",
        "cost": "8.00",
        "used": "6.00",
        "unused": "2.00",
        "used_percent": 75.0,
        "list_cost": "10.00",
        "saved": "2.00",
        "resources": 1,
    }
    page = viewer.get("/costs/lines/commitments/").content.decode()
    assert "75.0%" in page and "commitment=sp-1" in page


def test_a_saving_is_unknown_where_part_of_the_use_has_no_list_price(
    viewer: Client,
) -> None:
    plan = {"CommitmentDiscountId": "sp-1", "CommitmentDiscountStatus": "Used"}
    store_lines(
        account(2, "committed"),
        OCTOBER,
        [line(OCTOBER, "6", **plan), line(OCTOBER, "6", ListCost=None, **plan)],
    )
    (one,) = viewer.get("/api/v1/lines/commitments/").json()["results"]
    assert (one["used"], one["list_cost"], one["saved"]) == ("12.00", None, None)


def test_a_bill_without_commitments_says_so(viewer: Client) -> None:
    page = viewer.get("/costs/lines/commitments/").content.decode()
    assert "No commitment on these lines" in page
