"""Recommendations, anomalies and budgets as files, with the filters of their pages."""

import csv
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from clouds.testing import account
from core.testing.workbooks import records_of
from insights.testing import anomaly, budget, recommendation
from inventory.testing import instance
from users.testing import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


def files_of(client: Client, page: str) -> tuple[Any, list[dict[str, str]]]:
    """The workbook that a page offers, and the rows of its CSV file."""
    text = client.get(page).content.decode()
    links = re.findall(r'href="([^"]+format=(?:xlsx|csv-excel)[^"]*)" download', text)
    book, sheet = (client.get(unescape(link)) for link in links)
    lines = sheet.getvalue().decode("utf-8-sig").splitlines()
    return book, list(csv.DictReader(lines))


def test_recommendations_as_files(viewer: Client) -> None:
    owner = account(1, "production")
    recommendation(owner, instance(owner, "i-1"))
    book, rows = files_of(viewer, "/insights/recommendations/?account=000000000001")
    assert [row["account_name"] for row in rows] == ["production"]
    assert book["Content-Disposition"] == (
        'attachment; filename="recommendations_account-000000000001.xlsx"'
    )
    (row,) = records_of(book)
    assert (row["account"], row["account_name"]) == ("000000000001", "production")
    assert row["resource_id"] == "i-i-1"
    assert isinstance(row["savings_monthly"], int | float)
    assert re.fullmatch(r"\d+\.\d\d", rows[0]["savings_monthly"])


def test_anomalies_as_files(viewer: Client) -> None:
    anomaly(account(1, "production"))
    anomaly(None, scope="total", service="")
    book, rows = files_of(viewer, "/insights/anomalies/?open=true&page=1")
    assert [row["account_name"] for row in rows] == ["", "production"]
    assert [row["impact"] for row in records_of(book)] == [120, 120]
    assert 'filename="anomalies_open-true.xlsx"' in book["Content-Disposition"]


def test_budgets_as_files(viewer: Client) -> None:
    budget(scope="account", account=account(1, "production"))
    book, rows = files_of(viewer, "/insights/budgets/")
    assert [row["account_name"] for row in rows] == ["production"]
    (row,) = records_of(book)
    assert isinstance(row["amount"], int | float)


def test_a_page_without_rows_offers_no_file(viewer: Client) -> None:
    for page in ("recommendations", "anomalies", "budgets"):
        assert "format=xlsx" not in viewer.get(f"/insights/{page}/").content.decode()
