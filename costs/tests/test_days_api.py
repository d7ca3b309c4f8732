"""The API's row a day: what each day cost in all, as trend and summary have it."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine

from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import charge, close, store_costs
from users.testing import ask, csv_of, refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)
NEXT = DAY + timedelta(days=1)
ASKED = {"start": "2026-11-02", "end": "2026-11-05"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_each_day_of_the_window_has_a_row_and_one_not_stored_is_null() -> None:
    owner = account()
    charge(owner, DAY, "12.5")
    charge(owner, DAY, "0.0000000417", service="SQS")
    close(owner, DAY)
    close(owner, NEXT, estimated=True)
    assert ask("costs/daily/", **ASKED) == {
        "start": "2026-11-02",
        "end": "2026-11-05",
        "currency": "USD",
        "metric": "billed",
        "total": "12.5000000417",
        "days": [
            {"date": "2026-11-02", "cost": "12.5000000417", "is_estimated": False},
            {"date": "2026-11-03", "cost": "0.00", "is_estimated": True},
            {"date": "2026-11-04", "cost": None, "is_estimated": False},
        ],
    }


def test_a_bill_without_a_charge_is_zero_each_day() -> None:
    close(account(), DAY, NEXT)
    found = ask("costs/daily/", **ASKED)
    assert found["total"] == "0.00"
    assert [day["cost"] for day in found["days"]] == ["0.00", "0.00", None]


def test_the_rows_sum_to_the_summary_of_the_same_account_and_days() -> None:
    window = last_complete_days(40, NOW)
    store_costs(account(), window, {"EC2": "1.1", "S3": "2.05"})
    store_costs(account(2, "other"), window, {"EC2": "7"})
    for asked in ({}, {"account": "000000000002"}, {"start": "2026-11-01"}):
        found = ask("costs/daily/", **asked)
        summary = ask("costs/summary/", **asked)
        total = sum(Decimal(day["cost"]) for day in found["days"])
        assert total == Decimal(summary["total"]) == Decimal(found["total"])
        assert len(found["days"]) == summary["days"]


def test_the_file_has_a_row_a_day_with_its_currency() -> None:
    charge(owner := account(), DAY, "12.5")
    close(owner, DAY)
    assert csv_of("costs/daily/", **ASKED).splitlines() == [
        "date,cost,is_estimated,currency",
        "2026-11-02,12.50,false,USD",
        "2026-11-03,,false,USD",
        "2026-11-04,,false,USD",
    ]


def test_two_currencies_are_refused_until_one_is_named() -> None:
    store_costs(account(), last_complete_days(3, NOW), {"EC2": "1"})
    store_costs(
        account(2, "other"), last_complete_days(3, NOW), {"EC2": "7"}, currency="EUR"
    )
    assert "EUR, USD" in refused("costs/daily/")["currency"][0]
    assert ask("costs/daily/", currency="EUR")["total"] == "21.00"


def test_grouping_is_no_parameter_of_it() -> None:
    assert (
        "Unknown parameter" in refused("costs/daily/", group_by="region")["group_by"][0]
    )
