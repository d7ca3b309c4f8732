"""Each filter of the costs by itself: which rows it leaves."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from clouds.testing import BILLING_SCOPE, account, azure_account
from clouds.versions import bump_version
from core.testing.clock import NOW
from costs.testing import charge, close, one_bill
from syncs.datasets import Dataset
from users.testing import ask, csv_of, viewer, walk

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = (date(2026, 11, day) for day in (2, 3, 4))


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True, scope="module")
def bill(module_db: None) -> None:
    owner, other = account(501), account(502, "staging")
    with one_bill(owner, other):
        charge(owner, FIRST, "1")
        charge(owner, SECOND, "2", service="S3, and more", region="us-east-1")
        charge(owner, THIRD, "3", sub_account="000000000007", region="")
        charge(owner, THIRD, "5", service="Tax", category="Tax")
        charge(other, THIRD, "8", service="Credit", category="Credit")
        close(owner, FIRST, SECOND, THIRD)
        close(other, THIRD)


def billed(**parameters: object) -> list[str]:
    return sorted(row["billed"][0] for row in ask("costs/", **parameters)["results"])


@pytest.mark.parametrize(
    ("parameters", "rows"),
    [
        ({}, "12358"),
        ({"start": "2026-11-03"}, "2358"),
        ({"end": "2026-11-04"}, "12"),
        ({"start": "2026-11-03", "end": "2026-11-04"}, "2"),
        ({"account": "000000000502"}, "8"),
        ({"account": "000000000501,000000000502"}, "12358"),
        ({"sub_account": "000000000007"}, "3"),
        ({"service": "EC2"}, "13"),
        ({"service": "S3, and more"}, "2"),
        ({"service": ["S3, and more", "Tax"]}, "25"),
        ({"service": "ec2"}, ""),
        ({"region": "us-east-1"}, "2"),
        ({"region": "us-east-1, eu-west-1"}, "1258"),
        ({"charge_category": "Tax"}, "5"),
        ({"charge_category": ["Tax", "Credit"]}, "58"),
        ({"exclude": "Tax"}, "1238"),
        ({"exclude": "Tax,Credit"}, "123"),
        ({"exclude": "Tax,Credit,Usage"}, ""),
        ({"currency": "usd"}, "12358"),
        ({"currency": "EUR"}, ""),
        ({"region": ""}, "12358"),
        ({"search": "s3"}, "2"),
        ({"search": "WEST-1"}, "158"),
        ({"search": "0007"}, "3"),
    ],
)
def test_a_filter_of_list_trend_and_summary(
    parameters: dict[str, str], rows: str
) -> None:
    total = f"{sum(int(digit) for digit in rows)}.00"
    assert billed(**parameters) == list(rows)
    start = {"start": "2026-11-01", **parameters}
    if parameters != {"currency": "EUR"}:
        assert ask("costs/trend/", **start)["total"] == total
        assert ask("costs/summary/", **start)["total"] == total


@pytest.mark.parametrize(
    ("parameters", "rows"),
    [
        ({"amount_min": "5"}, "58"),
        ({"amount_max": "2.0"}, "12"),
        ({"amount_min": "2", "amount_max": "3"}, "23"),
        ({"estimated": "true"}, ""),
        ({"estimated": "false"}, "12358"),
    ],
)
def test_a_filter_of_the_list_alone(parameters: dict[str, str], rows: str) -> None:
    assert billed(**parameters) == list(rows)


def test_resource_groups_are_distinguished_and_filtered_everywhere() -> None:
    owner = azure_account()
    for group, amount in {"": "1", "shop-rg": "3", "data-rg": "5"}.items():
        charge(owner, FIRST, amount, group=group, currency="CHF", region="")
    close(owner, FIRST, currency="CHF")
    asked = {"start": f"{FIRST}", "currency": "CHF"}
    trend = ask("costs/trend/", group_by="resource_group", **asked)
    found = {one["key"]: one["total"] for one in trend["series"]}
    assert found == {"data-rg": "5.00", "shop-rg": "3.00", "": "1.00"}
    assert trend["total"] == "9.00"
    only = {**asked, "resource_group": "shop-rg"}
    without = {**asked, "exclude_resource_group": "shop-rg"}
    for filters, total in ((only, "3.00"), (without, "6.00")):
        assert ask("costs/summary/", **filters)["total"] == total
        assert ask("costs/trend/", **filters)["total"] == total
        assert ask("costs/trend/", group_by="service", **filters)["total"] == total
    (row,) = ask("costs/", resource_group="shop-rg")["results"]
    assert row["resource_group"] == "shop-rg"
    lines = csv_of("costs/trend/", group_by="resource_group", **asked)
    assert lines.startswith("day,resource_group,amount,currency,metric\r\n")


def test_what_there_is_to_choose_from_is_read_once_in_the_same_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = [viewer().get("/costs/", {"start": f"{FIRST}"}).content.decode()]
    with monkeypatch.context() as patched:
        patched.delattr("costs.queries.source.CostSource.values_of")
        pages.append(viewer().get("/costs/", {"start": f"{FIRST}"}).content.decode())
    assert all("S3, and more" in page for page in pages)


def test_the_page_offers_resource_groups_where_there_are_any() -> None:
    start = {"start": f"{FIRST}", "currency": "CHF"}
    page = viewer().get("/costs/", start).content.decode()
    assert "Resource groups" not in page
    owner = azure_account()
    charge(owner, FIRST, "3", group="shop-rg", currency="CHF")
    close(owner, FIRST, currency="CHF")
    bump_version(owner, Dataset.COST)  # as a sync does
    page = viewer().get("/costs/", {**start, "group_by": "resource_group"})
    text = page.content.decode()
    assert "Resource groups" in text
    assert "shop-rg" in text


def test_the_page_says_whose_resource_groups_are_unknown() -> None:
    owner = azure_account(BILLING_SCOPE)
    charge(owner, FIRST, "3", currency="CHF")
    close(owner, FIRST, currency="CHF")
    start = {"start": f"{FIRST}", "currency": "CHF"}
    told = "The bill of 1234567 is read by subscription and service"
    grouped = viewer().get("/costs/", {**start, "group_by": "resource_group"})
    assert told in grouped.content.decode()
    assert told not in viewer().get("/costs/", start).content.decode()


@pytest.mark.parametrize(
    ("ordering", "rows"),
    [("billed", "12358"), ("-billed", "85321"), ("-day,service", "83521")],
)
def test_the_list_can_be_ordered(ordering: str, rows: str) -> None:
    found = ask("costs/", ordering=ordering)["results"]
    assert [row["billed"][0] for row in found] == list(rows)


def test_pages_neither_repeat_nor_lose_a_row_where_all_are_equal() -> None:
    owner = account(3, "busy")
    for number in range(25):
        charge(owner, FIRST, "7", service=f"service {number}", region="x")
    asked = {"region": "x", "ordering": "billed", "page_size": 10}
    pages = list(walk("costs/", **asked))
    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({row["id"] for page in pages for row in page}) == 25
