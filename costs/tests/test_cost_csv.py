"""Costs as a file: whole, with the numbers of the JSON, and harmless in a sheet."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import time_machine

from clouds.testing import account
from core.testing.clock import NOW
from core.windows import Window
from costs.testing import charge, close, store_costs
from users.testing import ask, csv_of, viewer

pytestmark = pytest.mark.django_db
WINDOW = Window(date(2026, 7, 1), date(2026, 11, 1))
ASKED = {"start": WINDOW.start, "end": WINDOW.end}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def rows_of(path: str, **parameters: object) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of(path, **parameters))))


def test_the_list_is_whole_and_not_a_page() -> None:
    store_costs(account(), WINDOW, {"EC2": "1.10", "S3": "0.0000000003"})
    rows = rows_of("costs/", page_size=5)
    assert len(rows) == 2 * len(WINDOW)
    assert sum(Decimal(row["billed"]) for row in rows) == Decimal("135.3000000369")
    listed = ask("costs/", page_size=1)["results"][0]
    assert list(rows[0]) == list(listed)
    assert rows[0]["billed"] == listed["billed"]


def test_the_list_keeps_its_filters_and_its_order() -> None:
    store_costs(account(), WINDOW, {"EC2": "1", "S3": "2"})
    rows = rows_of("costs/", service="S3", ordering="day")
    assert [row["day"] for row in rows] == [str(day) for day in WINDOW.days()]


def test_the_trend_has_the_numbers_of_the_json() -> None:
    store_costs(account(), Window(date(2026, 7, 3), WINDOW.end), {"EC2": "1.5"})
    points = [
        (point["day"], series["key"], point["amount"] or "")
        for series in ask("costs/trend/", **ASKED)["series"]
        for point in series["points"]
    ]
    rows = rows_of("costs/trend/", **ASKED)
    assert [(row["day"], row["service"], row["amount"]) for row in rows] == points
    assert rows[0]["amount"] == ""
    assert (rows[-1]["currency"], rows[-1]["metric"]) == ("USD", "billed")


def test_the_summary_has_the_numbers_of_the_json() -> None:
    store_costs(account(), WINDOW, {"EC2": "1.5"})
    answer = ask("costs/summary/", **ASKED)
    (row,) = rows_of("costs/summary/", **ASKED)
    assert row["highest_day"] == answer["highest"]["day"]
    assert row["highest_amount"] == answer["highest"]["amount"]
    assert not any("{" in value for value in row.values())
    assert row["total"] == answer["total"] == "184.50"
    assert (row["previous_total"], row["reconciled"]) == ("", "true")


def test_a_summary_of_nothing_has_the_same_columns() -> None:
    owner = account()
    (empty,) = rows_of("costs/summary/", **ASKED)
    store_costs(owner, WINDOW, {"EC2": "1.5"})
    (row,) = rows_of("costs/summary/", **ASKED)
    assert list(empty) == list(row)
    assert empty["highest_amount"] == ""


def test_a_trend_without_groups_has_no_column_of_groups() -> None:
    store_costs(account(), WINDOW, {"EC2": "1.5", "S3": "1"})
    rows = rows_of("costs/trend/", group_by="none", **ASKED)
    assert list(rows[0]) == ["day", "amount", "currency", "metric"]
    assert rows[0]["amount"] == "2.50"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\n"])
def test_a_text_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    owner, day = account(), date(2026, 11, 2)
    name = f"{start}cmd|' /C calc'!A1"
    charge(owner, day, "-3", service=name)
    close(owner, day)
    assert rows_of("costs/")[0]["service"] == f"'{name}"
    assert rows_of("costs/")[0]["billed"] == "-3.00"
    assert rows_of("costs/trend/", start=day)[0]["service"] == f"'{name}"


def test_it_is_a_download_with_a_name() -> None:
    response = viewer().get("/api/v1/costs/?format=csv")
    assert response["Content-Disposition"] == 'attachment; filename="costs.csv"'


@pytest.mark.parametrize("path", ["costs/", "costs/trend/", "costs/summary/"])
def test_a_wrong_parameter_is_refused_before_the_file_begins(path: str) -> None:
    response = viewer().get(f"/api/v1/{path}?format=csv&colour=blue")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert list(response.json()["errors"]) == ["colour"]
