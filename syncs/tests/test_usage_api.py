"""What reading costs, over the API: exact to the last price, and the day's budget."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from clouds.testing import account
from core.testing.clock import TODAY
from syncs.models import ApiBudgetDay
from syncs.testing import used
from users.testing import ask, csv_of, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
LAST_MONTH = TODAY - timedelta(days=25)


@pytest.fixture(autouse=True)
def store() -> None:
    one, other = account(1, "production"), account(2, "staging")
    used(one, TODAY, "ce:GetCostAndUsage", 3, "0.03")
    used(one, TODAY - timedelta(days=1), "ce:GetCostAndUsage", 2, "0.02")
    used(one, LAST_MONTH, "ce:GetCostAndUsage", 9, "0.09")
    used(other, TODAY, "cloudwatch:GetMetricData", 1, "0.00001")
    used(other, TODAY, "ec2:DescribeInstances", 40, "0")


def test_a_row() -> None:
    found = ask("api-usage/", service="cloudwatch")["results"][0]
    assert isinstance(found.pop("id"), int)
    assert found == {
        "account": "000000000002",
        "day": "2026-11-20",
        "service": "cloudwatch",
        "operation": "GetMetricData",
        "requests": 1,
        "usd": "0.00001",
    }


@pytest.mark.parametrize(
    ("parameters", "requests"),
    [
        ({}, [3, 1, 40, 2, 9]),
        ({"account": "000000000001"}, [3, 2, 9]),
        ({"service": "ce,cloudwatch"}, [3, 1, 2, 9]),
        ({"operation": "DescribeInstances"}, [40]),
        ({"start": "2026-11-19", "end": "2026-11-20"}, [2]),
    ],
)
def test_a_filter(parameters: dict[str, str], requests: list[int]) -> None:
    found = ask("api-usage/", **parameters)["results"]
    assert [row["requests"] for row in found] == requests


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"account": "000000000009"}, "account"),
        ({"start": "20.11.2026"}, "start"),
        ({"start": "2026-11-20", "end": "2026-11-20"}, "start"),
        ({"day": "2026-11-20"}, "day"),
    ],
)
def test_a_parameter_that_it_does_not_know_is_named(
    parameters: dict[str, str], field: str
) -> None:
    assert list(refused("api-usage/", **parameters)) == [field]


def test_the_summary_tells_today_and_this_month_exactly() -> None:
    found = ask("api-usage/summary/")
    assert found["day"] == "2026-11-20"
    assert found["today"] == {"requests": 44, "usd": "0.03001"}
    assert found["month"] == {"requests": 46, "usd": "0.05001"}
    assert found["daily_budget_usd"] is found["budget_left_usd"] is None
    ce, cloudwatch, ec2 = found["services"]
    assert [line["name"] for line in (ce, cloudwatch, ec2)] == [
        "ce",
        "cloudwatch",
        "ec2",
    ]
    assert ce["today"] == {"requests": 3, "usd": "0.03"}
    assert ce["month"] == {"requests": 5, "usd": "0.05"}
    assert [(line["name"], line["month"]["usd"]) for line in found["accounts"]] == [
        ("000000000001", "0.05"),
        ("000000000002", "0.00001"),
    ]


@pytest.mark.parametrize(
    ("budget", "reserved", "left"),
    [("1.5", 41_000, "1.09"), ("1.5", 0, "1.50"), ("0.25", 41_000, "0.00")],
)
def test_the_summary_tells_what_is_left_of_the_budget(
    settings: Settings, budget: str, reserved: int, left: str
) -> None:
    settings.AWS_API_DAILY_BUDGET_USD = Decimal(budget)
    if reserved:
        ApiBudgetDay.objects.create(day=TODAY, usd_e5=reserved)
    found = ask("api-usage/summary/")
    assert Decimal(found["daily_budget_usd"]) == Decimal(budget)
    assert found["budget_left_usd"] == left


def test_the_summary_takes_no_parameter() -> None:
    assert list(refused("api-usage/summary/", start="2026-11-01")) == ["start"]


def test_both_as_files() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of("api-usage/"))))
    assert [row["usd"] for row in rows] == ["0.03", "0.00001", "0.00", "0.02", "0.09"]
    summary = list(csv.DictReader(io.StringIO(csv_of("api-usage/summary/"))))
    assert [(row["of"], row["name"], row["usd_month"]) for row in summary] == [
        ("all", "", "0.05001"),
        ("service", "ce", "0.05"),
        ("service", "cloudwatch", "0.00001"),
        ("service", "ec2", "0.00"),
        ("account", "000000000001", "0.05"),
        ("account", "000000000002", "0.00001"),
    ]
