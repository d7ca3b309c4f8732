"""What the costs page shows can be had as files: the same, if asked to the last
decimal."""

import csv
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from clouds.testing import account
from core.templatetags.formats import money, money_change
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from users.testing import person

pytestmark = pytest.mark.django_db
QUERIES = [
    "",
    "?limit=5",
    "?limit=2&sort=name",
    "?group_by=region&granularity=monthly",
    "?group_by=account&metric=effective&sort=-change",
    "?exclude_service=Service+12&exclude=Tax&chart=lines",
    "?start=2026-10-01&end=2026-11-01&service=Service+3&service=Service+4",
    "?currency=EUR",
    "?group_by=none",
]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="module", autouse=True)
def bills(module_db: None) -> None:
    """Two accounts, fourteen services with odd amounts, tax, and a second currency."""
    days = last_complete_days(90, NOW)
    services = {f"Service {n}": f"{n}.000000000{n % 10}" for n in range(1, 15)}
    one, two = account(1, "production"), account(2, "staging")
    store_costs(one, days, services)
    store_costs(two, last_complete_days(40, NOW), {"Service 3": "0.3333333333"})
    store_costs(account(3, "europe"), days, {"Service 3": "7"}, currency="EUR")


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


def page(client: Client, query: str) -> str:
    return client.get(f"/costs/{query}").content.decode()


def shown_lines(text: str) -> list[list[str]]:
    """The cells of the page's table of lines."""
    body = (
        text.split('aria-labelledby="lines"')[-1]
        .split("<tbody>")[1]
        .split("</tbody>")[0]
    )
    rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [
        [plain(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


def points_of(client: Client, text: str) -> str:
    """The file of points, to the last decimal."""
    link = re.search(r'href="([^"]+)"[^>]*>(?:Daily|Monthly) costs \(CSV\)</a>', text)
    assert link
    content: bytes = client.get(f"{unescape(link[1])}&exact=true").getvalue()
    return content.decode("utf-8-sig")


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()


def followed(client: Client, text: str, words: str) -> str:
    """What the link of the page with these words answers."""
    link = re.search(rf'href="([^"]+)"[^>]*>{words}</a>', text)
    assert link, words
    answer = client.get(unescape(link[1]))
    assert answer.status_code == 200
    content: bytes = answer.getvalue()
    return content.decode("utf-8-sig")


def name_of(line: dict[str, str]) -> str:
    """As the page writes it: an account by its name alone."""
    if name := line.get("account_name"):
        return name
    return next(iter(line.values())) if "cost" not in next(iter(line)) else "Total"


def amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


@pytest.mark.parametrize("query", QUERIES)
def test_the_csv_is_the_table(viewer: Client, query: str) -> None:
    text = page(viewer, query)
    lines = list(csv.DictReader(followed(viewer, text, r"Table \(CSV\)").splitlines()))
    told = [
        [
            name_of(line),
            money(Decimal(line["cost"]), line["currency"]),
            money(amount(line["before"]), line["currency"]),
            money_change(amount(line["change"]), line["currency"]),
        ]
        for line in lines
    ]
    shown = shown_lines(text)
    assert told == [[row[0], row[1], row[3], row[4]] for row in shown]
    assert shown


@pytest.mark.parametrize("query", QUERIES)
def test_the_json_is_the_table_and_sums_to_its_total(
    viewer: Client, query: str
) -> None:
    text = page(viewer, query)
    found: dict[str, Any] = json.loads(followed(viewer, text, r"Everything \(JSON\)"))
    lines = found["lines"]
    shown = shown_lines(text)
    assert [line["label"] for line in lines] == [row[0] for row in shown]
    costs = [money(Decimal(line["cost"]), found["currency"]) for line in lines]
    assert costs == [row[1] for row in shown]
    assert sum(Decimal(line["cost"]) for line in lines) == Decimal(
        found["total"]["cost"]
    )


@pytest.mark.parametrize("query", QUERIES)
def test_the_points_sum_to_the_lines(viewer: Client, query: str) -> None:
    text = page(viewer, query)
    found = json.loads(followed(viewer, text, r"Everything \(JSON\)"))
    points = csv.DictReader(points_of(viewer, text).splitlines())
    per_day = sum(Decimal(point["amount"]) for point in points if point["amount"])
    in_json = sum(
        Decimal(point["amount"])
        for series in found["series"]
        for point in series["points"]
        if point["amount"]
    )
    assert per_day == in_json == Decimal(found["total"]["cost"])


def test_what_is_unclear_is_refused_in_the_files_too(viewer: Client) -> None:
    answer = viewer.get("/costs/table.csv?group_by=colour")
    assert answer.status_code == 400
    assert b"group_by: " in answer.content
    assert viewer.get("/costs/all.json?sort=x").json()["sort"]


def test_the_json_is_named_after_its_days_and_filters(viewer: Client) -> None:
    days = "start=2026-05-01&end=2026-05-11"
    answer = viewer.get(f"/costs/all.json?{days}&service=Amazon+EC2")
    name = "costs_2026-05-01_2026-05-10_service-Amazon-EC2.json"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
