"""A pivot: months or a second grouping across, with rows and columns that sum up."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clouds.testing import account
from core.testing.clock import NOW
from core.windows import Window
from costs.groupings import BETWEEN_KEYS
from costs.pivot_table import PivotTable, pivot_table
from costs.queries.breakdown import cost_breakdown
from costs.queries.pivot import pivot_by_group
from costs.testing import store_costs
from costs.views import page_query
from users.testing import person

NAMES = st.sampled_from(["", "a", "b", "c", "d", "Other"])
AMOUNTS = st.decimals(-1000, 1000, allow_nan=False, places=10)
WINDOW = Window(date(2026, 8, 15), date(2026, 11, 20))


@given(
    amounts=st.dictionaries(st.tuples(NAMES, NAMES), AMOUNTS),
    rows=st.none() | st.integers(1, 3),
    columns=st.none() | st.integers(1, 3),
)
def test_rows_and_columns_sum_to_the_total_of_any_amounts(
    amounts: dict[tuple[str, str], Decimal], rows: int | None, columns: int | None
) -> None:
    joined = {BETWEEN_KEYS.join(keys): amount for keys, amount in amounts.items()}
    pivot = pivot_by_group(joined, lambda at, key: key, rows=rows, columns=columns)
    total = sum(amounts.values(), Decimal(0))
    assert pivot.total == total
    assert sum(row.total for row in pivot.rows) == total
    assert sum(column.total or 0 for column in pivot.columns) == total
    for row in pivot.rows:
        assert sum(amount or 0 for amount in row.amounts) == row.total
    for at, column in enumerate(pivot.columns):
        assert sum(row.amounts[at] or 0 for row in pivot.rows) == column.total
    assert len(pivot.rows) <= (rows or len(amounts)) + 1


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bills(db: None) -> None:
    store_costs(account(1, "production"), WINDOW, {"EC2": "3", "S3": "1"})
    store_costs(account(2, "staging"), WINDOW, {"EC2": "2", "SQS": "0.5"})


def asked(query: str) -> PivotTable:
    names = {"000000000001": "production"}
    found = cost_breakdown(page_query(QueryDict(query), NOW), person("viewer"), names)
    table = pivot_table(found, names)
    assert table
    assert table.total == found.trend.total
    return table


DAYS = f"start={WINDOW.start}&end={WINDOW.end}"


@pytest.mark.parametrize("granularity", ["daily", "monthly"])
def test_months_are_across_whatever_a_point_is(bills: None, granularity: str) -> None:
    table = asked(f"{DAYS}&table=months&granularity={granularity}")
    assert [(one.label, one.is_part, one.total) for one, _ in table.columns] == [
        ("Aug 2026", True, Decimal("110.5")),
        ("Sep 2026", False, Decimal(195)),
        ("Oct 2026", False, Decimal("201.5")),
        ("Nov 2026", True, Decimal("123.5")),
    ]
    assert [line.row.names for line in table.rows] == [("EC2",), ("S3",), ("SQS",)]
    assert [amount for amount, _ in table.rows[1].cells] == [17, 30, 31, 19]


def test_a_month_that_is_not_stored_is_unknown(bills: None) -> None:
    table = asked("start=2026-07-01&end=2026-09-01&table=months")
    assert [amount for amount, _ in table.rows[0].cells] == [None, 85]


def test_the_lines_keep_their_order(bills: None) -> None:
    table = asked(f"{DAYS}&table=months&sort=-name&group_by=account,service&limit=2")
    names = [line.row.names[0] for line in table.rows]
    assert names == ["production", "000000000002", "Other"]


def test_the_second_grouping_is_across(bills: None) -> None:
    table = asked(f"{DAYS}&table=groups&group_by=account,service&limit=5")
    assert [one.label for one, _ in table.columns] == ["EC2", "S3", "SQS"]
    assert [line.row.names for line in table.rows] == [
        ("production",),
        ("000000000002",),
    ]
    assert [amount for amount, _ in table.rows[0].cells] == [291, 97, 0]
    assert table.rows[0].cells[2][1] is None


@pytest.mark.parametrize("table", ["groups", "change"])
def test_without_a_second_grouping_there_are_changes(
    client: Client, bills: None, table: str
) -> None:
    client.force_login(person("viewer"))
    text = client.get(f"/costs/?{DAYS}&table={table}").content.decode()
    assert "Change (%)" in text


def followed(client: Client, text: str, words: str) -> str:
    link = re.search(rf'href="\?([^"]+)">{re.escape(words)}</a>', text)
    assert link, words
    return client.get(f"/costs/?{unescape(link[1])}").content.decode()


def test_cells_rows_and_columns_lead_to_what_they_sum(
    client: Client, bills: None
) -> None:
    client.force_login(person("viewer"))
    asked = f"{DAYS}&table=groups&group_by=account,service"
    text = client.get(f"/costs/?{asked}").content.decode()
    for words, total in (
        ("$291.00", "$291.00"),
        ("EC2", "$485.00"),
        ("staging", "$242.50"),
    ):
        assert f'<p class="big">{total}</p>' in followed(client, text, words)


def test_a_month_leads_to_its_days(client: Client, bills: None) -> None:
    client.force_login(person("viewer"))
    text = client.get(f"/costs/?{DAYS}&table=months").content.decode()
    inside = followed(client, text, "Nov 2026")
    assert "1 Nov – 19 Nov 2026" in inside
    assert '<p class="big">$123.50</p>' in inside
