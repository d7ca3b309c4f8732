"""What the API answers about costs: its shapes, its windows and its refusals."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from clouds.testing import account
from core.api.json import JSONRenderer
from core.testing.clock import NOW
from core.windows import Window, last_complete_days
from costs.api.serializers import TrendSerializer, trend_data
from costs.models import CostTotal, DailyCost
from costs.queries.source import CostSource
from costs.queries.trend import cost_trend
from costs.testing import charge, close, store_costs
from users.testing import ask, refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)
NEXT = DAY + timedelta(days=1)
ASKED = {"start": "2026-11-02", "end": "2026-11-04"}
BOTH = ["costs/trend/", "costs/summary/"]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def store_two_days() -> None:
    owner = account()
    charge(owner, DAY, "12.5", effective="10")
    charge(owner, DAY, "0.0000000417", service="SQS")
    close(owner, DAY)
    charge(owner, NEXT, "1000")
    close(owner, NEXT, estimated=True)


def test_the_trend() -> None:
    store_two_days()
    assert ask("costs/trend/", **ASKED) == {
        "start": "2026-11-02",
        "end": "2026-11-04",
        "currency": "USD",
        "metric": "billed",
        "granularity": "daily",
        "group_by": "service",
        "total": "1012.5000000417",
        "estimated_from": "2026-11-03",
        "series": [
            {
                "key": "EC2",
                "keys": ["EC2"],
                "total": "1012.50",
                "points": [
                    {"day": "2026-11-02", "amount": "12.50"},
                    {"day": "2026-11-03", "amount": "1000.00"},
                ],
            },
            {
                "key": "SQS",
                "keys": ["SQS"],
                "total": "0.0000000417",
                "points": [
                    {"day": "2026-11-02", "amount": "0.0000000417"},
                    {"day": "2026-11-03", "amount": "0.00"},
                ],
            },
        ],
    }


def test_the_trend_takes_every_choice_at_once() -> None:
    store_two_days()
    charge(account(2, "other"), DAY, "7", category="Tax")
    found = ask(
        "costs/trend/",
        start="2026-10-20",
        end="2026-11-04",
        group_by="charge_category",
        metric="effective",
        granularity="monthly",
        exclude="Tax,Credit",
        limit=1,
        currency="usd",
    )
    assert [one["key"] for one in found["series"]] == ["Usage"]
    assert found["series"][0]["points"] == [
        {"day": "2026-10-01", "amount": None},
        {"day": "2026-11-01", "amount": "1010.0000000417"},
    ]


def test_the_summary() -> None:
    store_two_days()
    assert ask("costs/summary/", **ASKED) == {
        "start": "2026-11-02",
        "end": "2026-11-04",
        "currency": "USD",
        "total": "1012.5000000417",
        "average_daily": "506.2500000208",
        "highest": {"day": "2026-11-03", "amount": "1000.00"},
        "lowest": {"day": "2026-11-02", "amount": "12.5000000417"},
        "days": 2,
        "previous_total": None,
        "change_percent": None,
        "estimated_days": 1,
        "unallocated": "0.00",
        "reconciled": True,
        "unreconciled_days": 0,
        "missing_days": 0,
        "still_expected": None,
        "raw_days": None,
        "groups": [],
    }


def test_the_summary_knows_the_period_before_the_days_asked_for() -> None:
    owner = account()
    store_costs(owner, Window(date(2026, 10, 1), DAY), {"EC2": "1"})
    store_costs(owner, Window(DAY, NOW.date()), {"EC2": "3"})
    found = ask("costs/summary/", **ASKED)
    assert (found["total"], found["previous_total"]) == ("6.00", "2.00")
    assert found["change_percent"] == 200.0


def test_a_list_of_rows() -> None:
    store_two_days()
    row = DailyCost.objects.get(service="SQS")
    found = ask("costs/", service="SQS")
    assert (found["next"], found["previous"]) == (None, None)
    assert found["results"] == [
        {
            "id": row.pk,
            "account": "000000000001",
            "day": "2026-11-02",
            "sub_account_id": "000000000001",
            "service": "SQS",
            "region": "eu-west-1",
            "resource_group": "",
            "charge_category": "Usage",
            "currency": "USD",
            "billed": "0.0000000417",
            "effective": "0.0000000417",
            "is_estimated": False,
        }
    ]
    assert ask(f"costs/{row.pk}/") == found["results"][0]


@pytest.mark.parametrize("path", BOTH)
def test_by_default_the_last_thirty_complete_days(path: str) -> None:
    store_costs(account(), Window(date(2026, 10, 1), NOW.date()), {"EC2": "1"})
    found = ask(path)
    default = last_complete_days(30, NOW)
    assert (found["start"], found["end"]) == (str(default.start), str(default.end))
    assert found["total"] == "30.00"


@pytest.mark.parametrize("path", BOTH)
@pytest.mark.parametrize(
    ("given", "start", "end"),
    [
        ({"start": "2026-11-10"}, "2026-11-10", "2026-11-20"),
        ({"end": "2026-11-10"}, "2026-10-11", "2026-11-10"),
    ],
)
def test_one_end_of_the_window_is_enough(
    path: str, given: dict[str, str], start: str, end: str
) -> None:
    found = ask(path, **given)
    assert (found["start"], found["end"]) == (start, end)


@pytest.mark.parametrize("path", BOTH)
def test_two_currencies_are_never_added(path: str) -> None:
    window = Window(DAY, NOW.date())
    store_costs(account(501), window, {"EC2": "1"})
    store_costs(account(502, "london"), window, {"EC2": "2"}, currency="GBP")
    reason: dict[str, Any] = refused(path, start=DAY)
    assert "GBP, USD" in reason["currency"][0]
    assert ask(path, start=DAY, currency="gbp")["total"] == "36.00"
    assert ask(path, start=DAY, account="000000000501")["total"] == "18.00"


@pytest.mark.parametrize("path", BOTH)
def test_without_any_costs_it_is_unknown_what_they_are(path: str) -> None:
    assert ask(path)["total"] is None


def test_a_trend_is_written_as_its_schema_says() -> None:
    store_two_days()
    window = Window(DAY - timedelta(days=1), NEXT + timedelta(days=1))
    trend = cost_trend(
        CostSource(DailyCost.objects.all(), CostTotal.objects.all()), window
    )
    written = json.loads(JSONRenderer().render(trend_data(trend)))
    assert written == json.loads(JSONRenderer().render(TrendSerializer(trend).data))
