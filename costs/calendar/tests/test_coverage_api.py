"""The coverage calendar over the API."""

from datetime import date, datetime
from typing import Any

import pytest

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import TODAY
from core.testing.workbooks import sheets_of
from core.windows import Window
from costs.models import CostTotal
from costs.testing import store_costs
from users.testing import ask, csv_of, person, refused, session_of

pytestmark = pytest.mark.django_db
MONTH = Window(date(2026, 11, 1), TODAY)


@pytest.fixture(autouse=True)
def shop() -> CloudAccount:
    owner = account(501, "shop")
    store_costs(owner, MONTH, {"EC2": "5"}, estimated_from=date(2026, 11, 18))
    CostTotal.objects.filter(day__range=("2026-11-05", "2026-11-06")).delete()
    return owner


def test_each_account_tells_its_days_and_what_is_missing() -> None:
    answer = ask("coverage/", start="2026-11-04", end="2026-11-20")
    assert answer["count"] == 1
    assert answer["results"] == [
        {
            "account": "000000000501",
            "name": "shop",
            "days": {"missing": 2, "estimated": 2, "reconciled": 12},
            "missing": [{"start": "2026-11-05", "end": "2026-11-07"}],
        }
    ]


def test_by_default_it_tells_of_six_months() -> None:
    store_costs(account(502, "old"), Window(date(2026, 5, 25), TODAY), {"EC2": "5"})
    old = ask("coverage/", search="old")["results"][0]
    assert sum(old["days"].values()) == (TODAY - date(2026, 6, 1)).days


def test_it_tells_of_one_account_by_its_id() -> None:
    account(502, "other")
    found = ask("coverage/", account="000000000501")["results"]
    assert [row["name"] for row in found] == ["shop"]


def test_a_file_has_a_row_for_each_day() -> None:
    lines = csv_of("coverage/", start="2026-11-04", end="2026-11-06").splitlines()
    assert lines == [
        "account,name,day,state",
        "000000000501,shop,2026-11-04,reconciled",
        "000000000501,shop,2026-11-05,missing",
    ]


def test_a_workbook_has_the_same_rows() -> None:
    days = {"start": "2026-11-04", "end": "2026-11-06", "format": "xlsx"}
    answer: Any = session_of(person("viewer")).get("/api/v1/coverage/", days)
    assert "coverage_2026-11-04_2026-11-05.xlsx" in answer["Content-Disposition"]
    assert sheets_of(answer)["Coverage"] == [
        ["account", "name", "day", "state"],
        ["000000000501", "shop", datetime(2026, 11, 4), "reconciled"],
        ["000000000501", "shop", datetime(2026, 11, 5), "missing"],
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start", "2024-01-01"),
        ("start", "2027-01-01"),
        ("end", "yesterday"),
        ("account", "9"),
        ("month", "11"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(name: str, value: str) -> None:
    assert name in refused("coverage/", **{name: value})


def test_who_is_limited_is_told_of_his_accounts_only() -> None:
    other = account(502, "other")
    user = person("viewer")
    see_only(user, other)
    told = session_of(user).get("/api/v1/coverage/").json()
    assert [row["name"] for row in told["results"]] == ["other"]
