"""Costs as a workbook for Excel: every key, its days, and two groupings."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from clouds.testing import account
from core.testing.clock import NOW
from core.testing.workbooks import records_of, sheets_of
from core.windows import last_complete_days
from costs.testing import store_costs
from users.testing import person, viewer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="module", autouse=True)
def bills(module_db: None) -> None:
    days = last_complete_days(90, NOW)
    services = {f"Service {n:02}": f"{n}.005" for n in range(1, 31)}
    store_costs(account(1, "production"), days, services)
    store_costs(account(2, "staging"), days, {"Service 01": "2"})


def file(client: Client, query: str) -> Any:
    client.force_login(person("viewer"))
    return client.get(f"/costs/table.xlsx?{query}")


def test_it_holds_every_key_though_the_page_shows_ten(client: Client) -> None:
    rows = records_of(file(client, "period=last_month"))
    assert len(rows) == 30
    assert rows[0]["service"] == "Service 30"
    assert rows[0]["cost"] == 30.005 * 31
    assert not any(row["service"] == "Other" for row in rows)


def test_ids_are_texts_beside_their_names(client: Client) -> None:
    rows = records_of(file(client, "group_by=account"))
    assert [(row["account"], row["account_name"]) for row in rows] == [
        ("000000000001", "production"),
        ("000000000002", "staging"),
    ]


@pytest.mark.parametrize(
    ("granularity", "sheet", "first", "columns"),
    [("daily", "Days", "2026-10-01", 31), ("monthly", "Months", "2026-10", 1)],
)
def test_a_sheet_has_days_or_months_across(
    client: Client, granularity: str, sheet: str, first: str, columns: int
) -> None:
    asked = f"period=last_month&granularity={granularity}&group_by=account"
    head, *rows = sheets_of(file(client, asked))[sheet]
    assert head[:3] == ["account", "account_name", first]
    assert (len(head), head[-1]) == (columns + 3, "total")
    for row in rows:
        assert sum(row[2:-1]) == pytest.approx(row[-1])


def test_two_groupings_have_a_sheet_of_their_own(client: Client) -> None:
    sheets = sheets_of(file(client, "period=last_month&group_by=service,account"))
    assert list(sheets) == ["Costs", "Days", "Pivot", "About"]
    assert sheets["Costs"][0][:3] == ["service", "account", "account_name"]
    head, *rows = sheets["Pivot"]
    assert head == ["service", "production", "staging", "total"]
    assert ["Service 01", 31.155, 62, 93.155] in rows
    assert sum(Decimal(str(row[-1])) for row in rows) == Decimal(
        str(sum(Decimal(str(row[3])) for row in sheets["Costs"][1:]))
    )


def test_it_is_named_by_its_days_and_filters_and_tells_them(client: Client) -> None:
    answer = file(client, "period=last_month&service=Service+01&compare=year_ago")
    assert answer["Content-Disposition"] == (
        'attachment; filename="costs_2026-10-01_2026-10-31_service-Service-01'
        '_compare-year_ago.xlsx"'
    )
    about = {row[0]: row[1] for row in sheets_of(answer)["About"]}
    assert about["First day"] == datetime(2026, 10, 1)
    assert about["Created (UTC)"] == datetime(2026, 11, 20, 12)
    assert about["Service"] == "Service 01"


def test_the_smallest_of_very_many_keys_are_summed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("costs.downloads.LARGEST_KEYS", 3)
    rows = records_of(file(client, "period=last_month"))
    assert [row["service"] for row in rows][-1] == "Other"
    assert len(rows) == 4


def test_what_is_unclear_is_refused(client: Client) -> None:
    answer = file(client, "group_by=colour")
    assert answer.status_code == 400
    assert answer.content.startswith(b'group_by: "colour" is not valid.')
    assert file(client, "exact=maybe").status_code == 400


def test_the_page_offers_it(client: Client) -> None:
    client.force_login(person("viewer"))
    text = client.get("/costs/?period=last_month&group_by=account,service")
    link = "/costs/table.xlsx?period=last_month&amp;group_by=account%2Cservice"
    assert link in text.content.decode()


@pytest.mark.parametrize("path", ["trend/", "daily/", "summary/", ""])
def test_the_api_has_workbooks_with_numbers(path: str) -> None:
    (row, *_) = records_of(viewer().get(f"/api/v1/costs/{path}?format=xlsx"))
    amount = row.get("amount") or row.get("cost") or row.get("total") or row["billed"]
    assert isinstance(amount, int | float)


def test_a_list_for_people_names_its_accounts() -> None:
    answer = viewer().get("/api/v1/costs/?format=csv-excel&sub_account=000000000002")
    head, first, *_ = answer.getvalue().decode("utf-8-sig").splitlines()
    assert head.startswith("id,account,account_name,day,")
    assert '"=""000000000002""",staging,' in first
    assert ",2.00,2.00," in first


def test_exact_belongs_to_files_for_people() -> None:
    exact = viewer().get("/api/v1/costs/trend/?format=csv-excel&exact=true&limit=1")
    assert "30.005" in exact.getvalue().decode()
    refused = viewer().get("/api/v1/costs/trend/?format=csv&exact=true")
    assert refused.status_code == 400
    assert "exact" in refused.json()["errors"]


def test_more_rows_than_excel_takes_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.api.xlsx.LARGEST_ROWS", 5)
    answer = viewer().get("/api/v1/costs/?format=xlsx")
    assert answer.status_code == 400
    assert "An Excel file takes 5 rows at most." in answer.json()["detail"]
