"""What anomalies added to the costs of a query, day by day."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from clouds.testing import account
from core.money import ZERO
from core.testing.clock import NOW
from costs.explain.records import Incident, Part
from costs.queries.query import CostQuery
from insights.anomalies.incident_costs import cost_incidents, daily_impact
from insights.models import Anomaly
from insights.testing import A_WEEK_AGO, anomaly, found, somebody, two_accounts
from insights.transitions import change_status_automatically

pytestmark = pytest.mark.django_db


def incidents(**values: Any) -> list[Incident]:
    return seen_by(somebody("viewer"), **values)


def seen_by(user: User, **values: Any) -> list[Incident]:
    query = CostQuery.from_values({"currency": "USD", **values}, NOW)
    return cost_incidents(query, user)


def added(incident: Incident) -> Decimal:
    return sum((sum(daily.values(), ZERO) for daily in incident.amounts.values()), ZERO)


def cause(account: str, service: str, amount: str, region: str = "") -> dict[str, Any]:
    names = {"account": account, "service": service, "region": region}
    return {**names, "name": service, "amount": amount, "share": 0.5}


def test_the_day_that_deviates_most_has_what_it_deviates_by() -> None:
    """Expected 10, actual 50 at its peak, 120 in all of three days."""
    assert daily_impact(found()) == {
        A_WEEK_AGO: Decimal(40),
        A_WEEK_AGO + timedelta(days=1): Decimal(40),
        A_WEEK_AGO + timedelta(days=2): Decimal(40),
    }
    assert list(daily_impact(found(actual=Decimal(110))).values()) == [100, 10, 10]


def test_an_impact_that_is_less_than_its_peak_is_the_same_each_day() -> None:
    row = found(actual=Decimal(210), impact=Decimal(120))
    assert list(daily_impact(row).values()) == [40, 40, 40]
    row = found(last_day=A_WEEK_AGO, impact=Decimal(120))
    assert list(daily_impact(row).values()) == [120]


def test_its_impact_is_that_of_its_root_causes() -> None:
    owner = account()
    anomaly(
        owner,
        causes=[cause("1", "EC2", "30"), cause("1", "S3", "10")],
    )

    [incident] = incidents()

    totals = {part: sum(daily.values()) for part, daily in incident.amounts.items()}
    assert totals == {Part("1", "EC2"): 90, Part("1", "S3"): 30}
    assert incident.title == f"EC2 in {owner.name}"


def test_a_cause_without_an_account_is_of_the_account_of_the_bill() -> None:
    owner = account()
    anomaly(owner)

    [incident] = incidents()

    assert [*incident.amounts] == [Part(owner.account_id, "EC2")]


def test_the_first_to_begin_is_the_first() -> None:
    owner, day = account(), timedelta(days=1)
    anomaly(owner, service="S3", first_day=A_WEEK_AGO + day)
    anomaly(owner)
    assert [one.title.split()[0] for one in incidents()] == ["EC2", "S3"]


def test_only_what_is_asked_for_counts() -> None:
    causes = [
        cause("1", "EC2", "30", "eu-west-1"),
        cause("2", "S3", "10", "us-east-1"),
    ]
    anomaly(account(), causes=causes)

    asked: list[tuple[dict[str, list[str] | str], int]] = [
        ({"service": ["EC2"]}, 90),
        ({"exclude_service": ["EC2"]}, 30),
        ({"region": ["us-east-1"]}, 30),
        ({"exclude_region": ["us-east-1"]}, 90),
        ({"exclude": ["Usage"]}, 0),
        ({"charge_category": ["Tax"]}, 0),
        ({"charge_category": ["Usage"]}, 120),
        ({"resource_group": ["web"]}, 0),
        ({"tag": ["team=shop"]}, 0),
        ({"search": "EC2"}, 0),
    ]
    for values, amount in asked:
        shown = sum((added(one) for one in incidents(**values)), ZERO)
        assert shown == amount, values


def test_what_one_account_used_is_distinguished_from_the_others() -> None:
    production, staging = two_accounts()
    ids = (production.account_id, staging.account_id)
    anomaly(production, causes=[cause(ids[0], "EC2", "30"), cause(ids[1], "EC2", "10")])

    assert [added(one) for one in incidents(sub_account=[ids[1]])] == [30]
    assert [added(one) for one in incidents(exclude_sub_account=[ids[1]])] == [90]
    assert [added(one) for one in incidents(account=[ids[0]])] == [120]
    assert incidents(account=[ids[1]]) == []


def test_those_of_other_days_currencies_or_of_cpu_are_no_reason() -> None:
    owner = account()
    days = {"start": "2026-11-01", "end": "2026-11-13"}
    anomaly(owner)  # 13 to 15 November

    assert incidents(**days) == []
    assert len(incidents(**days | {"end": "2026-11-14"})) == 1
    assert len(incidents(start="2026-11-16", end="2026-11-17")) == 1  # the day before
    assert incidents(start="2026-11-17", end="2026-11-18") == []
    previous = {"previous_start": "2026-11-01", "previous_end": "2026-11-14"}
    assert len(incidents(start="2026-11-17", end="2026-11-18", **previous)) == 1
    assert incidents(currency="EUR") == []
    Anomaly.objects.update(impact=None)
    assert incidents() == []


def test_one_that_is_dismissed_or_no_longer_found_explains_nothing() -> None:
    row = anomaly(account())
    assert len(incidents()) == 1
    change_status_automatically(row, Anomaly.Status.RESOLVED, "No longer found.", NOW)
    assert incidents() == []
    Anomaly.objects.update(status=Anomaly.Status.DISMISSED)
    assert incidents() == []


def test_users_see_those_of_their_accounts_if_they_may_see_any() -> None:
    production, staging = two_accounts()
    anomaly(production)
    anomaly(None, service="S3")

    assert len(incidents()) == 2
    assert seen_by(somebody("viewer", staging)) == []
    assert len(seen_by(somebody("viewer", production))) == 1
    assert seen_by(User.objects.create(username="nobody")) == []
