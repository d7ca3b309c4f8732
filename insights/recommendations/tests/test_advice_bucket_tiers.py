"""Bytes that would cost less in a colder tier, with what reading them costs."""

from decimal import Decimal
from typing import Any

import pytest

from insights.recommendations.engine.advice import Level, Rule
from insights.recommendations.engine.alternatives import alternatives_of
from insights.recommendations.tests.facts_of_resources import (
    Facts,
    advised,
    counted,
    facts,
    judged,
    unanswered,
    usd,
)
from insights.recommendations.tests.machines import at, days_ago
from providers.records import BucketRecord

GIB = 2**30
COLD = usd("12.50", per_gib_read=Decimal("0.01"), minimum_days=30)


def bucket(gib: int = 1000, **values: Any) -> Facts:
    """At $23.00 a month, and $12.50 in the colder tier."""
    given: dict[str, Any] = {
        "bytes_by_tier": {"StandardStorage": gib * GIB, "GlacierStorage": 7},
        "object_count": 5000,
        "price": usd("23.00"),
        "other_prices": {"StandardIAStorage": COLD},
    }
    return facts(BucketRecord, **{**given, **values})


def test_what_reading_costs_is_taken_from_the_saving() -> None:
    found = advised(bucket())[Rule.COLDER_TIER]
    assert found.savings_monthly == Decimal("9.50")  # 10.50 less 100 GiB at 0.01
    assert found.evidence["reading_monthly"] == "1.00"
    assert found.evidence["break_even_percent"] == 105.0
    assert found.target == "StandardIAStorage"
    assert judged(bucket(), None) != []
    assert advised(bucket(), cold_read_share=Decimal("1.05")) == {}


def test_no_evidence_of_access_is_never_called_unused() -> None:
    found = advised(bucket())[Rule.COLDER_TIER]
    assert "no evidence of when they were read" in found.current_state
    assert found.confidence is Level.LOW
    told = " ".join((found.title, found.current_state, found.recommendation))
    assert "unused" not in told.lower()


@pytest.mark.parametrize(
    ("requests", "is_cold"), [(0, True), (100, True), (101, False)]
)
def test_requests_of_azure_are_evidence(requests: float, is_cold: bool) -> None:
    hot: dict[str, Any] = {
        "bytes_by_tier": {"Hot": 1000 * GIB},
        "other_prices": {"Cool": COLD},
    }
    used = counted("transactions", 32, total=requests)
    found = advised(bucket(resource_id="/subscriptions/1/a", **hot, **used))
    assert (Rule.COLDER_TIER in found) == is_cold
    if is_cold:
        assert found[Rule.COLDER_TIER].confidence is Level.MEDIUM


def test_requests_of_the_known_days_keep_it_hot() -> None:
    azure: dict[str, Any] = {
        "resource_id": "/subscriptions/1/a",
        "bytes_by_tier": {"Hot": 1000 * GIB},
        "other_prices": {"Cool": COLD},
    }
    assert judged(bucket(**azure, **counted("transactions", 31, total=101))) == []
    few = bucket(**azure, **counted("transactions", 31, total=100))
    assert "not all known" in advised(few)[Rule.COLDER_TIER].current_state


def test_small_new_and_tiny_objects_are_left_where_they_are() -> None:
    assert judged(bucket(gib=99)) == []
    assert judged(bucket(object_count=1000 * GIB // (100 * 1024))) == []
    assert judged(bucket(first_seen_at=at(days_ago(29)))) == []
    assert judged(bucket(bytes_by_tier=None)) == []
    assert judged(bucket(bytes_by_tier={"GlacierStorage": 1000 * GIB})) == []


def test_without_a_price_it_is_not_answered() -> None:
    assert "is unknown" in unanswered(bucket(other_prices={}))[Rule.COLDER_TIER]


def test_only_the_bytes_of_the_hot_tier_move() -> None:
    both = bucket(bytes_by_tier={"StandardStorage": 5, "StandardIAStorage": 7}).record
    moved = alternatives_of(both)["StandardIAStorage"]["bytes_by_tier"]
    assert moved == {"StandardIAStorage": 12}
