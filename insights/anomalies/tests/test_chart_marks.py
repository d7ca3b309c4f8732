"""Charts of costs and CPU mark the anomalies of their days."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clouds.testing import account
from core.windows import Window
from insights.anomalies.chart_marks import (
    MOST_MARKS,
    anomalies_of_costs,
    anomalies_of_resource,
    marked,
)
from insights.testing import anomaly, found, somebody, two_accounts
from inventory.testing import instance

NOVEMBER = Window(date(2026, 11, 1), date(2026, 12, 1))


def spike(first: int, last: int, peak: int, **values: Any) -> dict[str, Any]:
    days = {"first_day": first, "last_day": last, "peak_day": peak}
    return {name: date(2026, 11, day) for name, day in days.items()} | values


def chart(window: Window, granularity: str = "daily") -> Any:
    labels = [day.isoformat() for day in window.days()]
    return {"labels": labels, "granularity": granularity}


def test_it_is_marked_at_its_peak_with_its_impact() -> None:
    row = found(pk=7, scope="service", **spike(4, 9, 6))
    [mark] = marked(chart(NOVEMBER), [row])["anomalies"]
    assert mark == {
        "at": 5,
        "text": "Anomaly: EC2 in all accounts, +$120.00",
        "url": "/insights/anomalies/7/",
    }


def test_one_whose_peak_is_not_shown_is_marked_on_its_first_day_that_is() -> None:
    row = found(pk=7, **spike(4, 9, 4))
    shown = Window(date(2026, 11, 7), date(2026, 11, 20))
    assert [mark["at"] for mark in marked(chart(shown), [row])["anomalies"]] == [0]
    earlier = Window(date(2026, 11, 1), date(2026, 11, 3))
    assert marked(chart(earlier), [row])["anomalies"] == []


def test_of_months_it_is_marked_in_that_of_its_peak() -> None:
    row = found(pk=7, **spike(4, 9, 6))
    months = {"labels": ["2026-10-01", "2026-11-01"], "granularity": "monthly"}
    assert [one["at"] for one in marked(months, [row])["anomalies"]] == [1]


@pytest.mark.django_db
def test_those_of_costs_are_of_the_days_the_currency_and_what_is_filtered() -> None:
    production, staging = two_accounts()
    shown = anomaly(production, **spike(4, 9, 6))
    anomaly(production, service="S3", **spike(4, 9, 6))
    anomaly(staging, **spike(4, 9, 6))
    anomaly(production, **spike(20, 21, 20, currency="EUR"))
    anomaly(production, **spike(25, 26, 25, status="dismissed"))
    anomaly(production, first_day=date(2026, 9, 1), last_day=date(2026, 9, 2))
    machine = instance(production, "web")
    anomaly(production, resource_id=machine.pk, currency="", **spike(4, 9, 6))
    viewer = somebody("viewer")
    of_account = [production.account_id]
    rows = anomalies_of_costs(viewer, NOVEMBER, "USD", of_account, ["EC2"])
    assert rows == [shown]
    assert len(anomalies_of_costs(viewer, NOVEMBER, "USD")) == 3
    limited = somebody("viewer", staging)
    assert len(anomalies_of_costs(limited, NOVEMBER, "USD")) == 1


@pytest.mark.django_db
def test_of_many_the_largest_are_marked_in_the_order_of_their_days() -> None:
    owner = account()
    for number in range(MOST_MARKS + 3):
        impact = Decimal(number + 1)
        anomaly(
            owner, service=f"S{number}", impact=impact, **spike(20 - number, 21, 20)
        )
    rows = anomalies_of_costs(somebody("viewer"), NOVEMBER, "USD")
    assert len(rows) == MOST_MARKS
    assert {row.impact for row in rows} >= {Decimal(MOST_MARKS + 3)}
    assert rows == sorted(rows, key=lambda row: row.first_day)


@pytest.mark.django_db
def test_those_of_a_machine_are_its_own() -> None:
    owner = account()
    web, other = instance(owner, "web"), instance(owner, "other")
    mine = anomaly(owner, resource_id=web.pk, currency="", **spike(4, 9, 6))
    anomaly(owner, resource_id=other.pk, currency="", **spike(4, 9, 6))
    assert anomalies_of_resource(web, somebody("viewer"), NOVEMBER) == [mine]
