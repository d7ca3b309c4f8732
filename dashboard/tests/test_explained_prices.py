"""Changed prices are separated from changed use where a bill is read line by line."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.lines.models import LineItemMonth
from costs.lines.testing import line, store_lines
from costs.testing import store_costs
from users.testing import person

pytestmark = pytest.mark.django_db
LAST_DAYS = last_complete_days(30, NOW)
BEFORE = LAST_DAYS.previous()


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def changes(client: Client, query: str = "") -> dict[str, str]:
    answer = client.get(f"/api/v1/costs/explanation/{query}").json()
    return {step["kind"]: step["change"] for step in answer["steps"]}


def explained(client: Client) -> str:
    text = unescape(client.get("/costs/").content.decode())
    panel = re.search(r'<section class="panel explanation".*?</section>', text, re.S)
    assert panel, "no explanation"
    return " ".join(re.sub(r"<[^>]+>", " ", panel[0]).split())


def test_line_items_separate_prices_from_use(
    settings: Settings, tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LINE_ITEMS_DIR = tmp_path
    client.force_login(person("viewer"))
    owner = account(1, "production")
    october, november = NOW.date().replace(month=10, day=1), NOW.date().replace(day=1)
    bill: dict[date, list[dict[str, Any]]] = {october: [], november: []}
    for window, cost, hours in ((BEFORE, "10", "100"), (LAST_DAYS, "15", "120")):
        store_costs(owner, window, {"Amazon EC2": cost})
        for day in window.days():
            month = bill.setdefault(day.replace(day=1), [])
            month.append(line(day, cost, hours, SubAccountId=owner.account_id))
    for first, lines in bill.items():
        store_lines(owner, first, lines)

    # 3,600 hours at 0.1 instead of 3,000 are 60 more, and 0.025 more each are 90.
    assert changes(client) == {"price": "90.00", "used_more": "60.00"}
    assert changes(client, "?basis=daily") == {"price": "3.00", "used_more": "2.00"}
    assert changes(client, "?service=Amazon S3") == {}
    shown = explained(client)
    assert "Prices +$90.00" in shown
    assert "Amazon EC2 in production by usage type +$90.00" in shown
    monkeypatch.setattr("costs.explain.changed_prices.MOST_LINES", 10)
    cache.clear()
    assert changes(client) == {"used_more": "150.00"}
    monkeypatch.undo()
    cache.clear()
    LineItemMonth.objects.filter(month=october).delete()
    assert changes(client) == {"used_more": "150.00"}
    assert "and so does a changed price" in explained(client)


def test_a_server_of_lines_that_is_away_leaves_pages_without_prices(
    settings: Settings, tmp_path: Path, client: Client
) -> None:
    settings.LINE_ITEMS_DIR = tmp_path
    client.force_login(person("viewer"))
    owner = account(1, "production")
    for window in (BEFORE, LAST_DAYS):
        store_costs(owner, window, {"Amazon EC2": "10"})
    store_lines(owner, NOW.date().replace(day=1), [line(NOW.date(), "10")])
    settings.LINE_ITEMS_ENGINE = "clickhouse://127.0.0.1:9/bills"
    assert "and so does a changed price" in explained(client)
    assert client.get("/").status_code == 200
