"""Recommendations by category and priority: on the page, in the API, by a formula."""

from decimal import Decimal

import pytest

from clouds.testing import account
from insights.recommendations.engine.advice import Priority, Rule
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.builder import priority_of
from insights.testing import recommendation, somebody
from inventory.models import Volume
from inventory.testing import instance, resource
from users.testing import ask, session_of


@pytest.mark.parametrize(
    ("saving", "priority"),
    [
        ("500.00", Priority.CRITICAL),
        ("499.99", Priority.HIGH),
        ("100.00", Priority.HIGH),
        ("99.99", Priority.MEDIUM),
        ("20.00", Priority.MEDIUM),
        ("19.99", Priority.LOW),
        (None, Priority.MEDIUM),
    ],
)
def test_the_saving_decides_the_priority(saving: str | None, priority: str) -> None:
    amount = None if saving is None else Decimal(saving)
    assert priority_of(Rule.IDLE, amount, Thresholds()) == priority


def several() -> None:
    owner = account()
    recommendation(owner, instance(owner, "web"), savings_monthly=Decimal(7))
    disk = resource(Volume, owner, "vol-1")
    facts = {"category": "storage", "rule": "unattached", "priority": "critical"}
    amounts = {"savings_monthly": Decimal(900), "counted_monthly": Decimal(900)}
    recommendation(owner, disk, title="Delete vol-1", **facts, **amounts)
    other = instance(owner, "db")
    recommendation(owner, other, title="Stop db", savings_monthly=Decimal(80))


@pytest.mark.django_db
def test_the_page_links_each_category_and_sorts_by_it() -> None:
    several()
    client = session_of(somebody("viewer"))
    page = client.get("/insights/recommendations/", {"ordering": "category"})
    told = page.content.decode()
    assert told.index(">Stop db<") < told.index(">Delete vol-1<")
    assert "?live=true&amp;category=storage" in told
    assert "$900.00" in told
    assert "$140.16" in told


@pytest.mark.django_db
def test_the_api_filters_by_category_priority_and_kind() -> None:
    several()
    for query in (
        {"category": "storage"},
        {"priority": "critical"},
        {"kind": "volume"},
    ):
        (told,) = ask("recommendations/", **query)["results"]
        assert (told["kind"], told["resource_id"]) == ("volume", "vol-1")
    counts = ask("recommendations/statistics/")
    assert counts["by_category"] == {"compute": 2, "storage": 1}


@pytest.mark.django_db
def test_the_api_orders_by_what_a_priority_means_and_unknown_savings_last() -> None:
    owner = account()
    for priority, saving in (("low", 5), ("medium", None), ("critical", 900)):
        amount = None if saving is None else Decimal(saving)
        facts = {"priority": priority, "savings_monthly": amount}
        recommendation(owner, instance(owner, priority), **facts)

    def ordered(by: str) -> list[str]:
        rows = ask("recommendations/", ordering=by)["results"]
        return [row["priority"] for row in rows]

    assert ordered("priority") == ["critical", "medium", "low"]
    assert ordered("-priority") == ["low", "medium", "critical"]
    assert ordered("-savings_monthly") == ["critical", "low", "medium"]
    assert ordered("savings_monthly") == ["low", "critical", "medium"]
