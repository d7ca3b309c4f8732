"""Databases that nobody uses, and those of twice the size that they need."""

from typing import Any

import pytest

from insights.recommendations.engine.advice import Category, Level, Rule
from insights.recommendations.engine.alternatives import half_of
from insights.recommendations.tests.facts_of_resources import (
    Facts,
    advised,
    counted,
    facts,
    judged,
    unanswered,
    usd,
)
from insights.recommendations.tests.machines import changed, cpu
from providers.records import DatabaseRecord

USED = counted("connections", 7, maximum=3)


def database(**values: Any) -> Facts:
    given = {"engine": "postgres", "database_class": "db.m5.xlarge", **USED, **values}
    return facts(DatabaseRecord, **given)


def test_one_without_a_connection_for_7_days_is_idle() -> None:
    idle = database(**counted("connections", 7, maximum=0))
    found = advised(idle)[Rule.IDLE]
    assert (found.category, found.risk) == (Category.DATABASE, Level.HIGH)
    assert found.savings_monthly == 50
    assert "Rule.IDLE" not in unanswered(idle)


def test_a_day_without_a_figure_is_not_a_day_without_connections() -> None:
    unknown = database(**counted("connections", 6, maximum=0))
    assert "each of the last 7 days" in unanswered(unknown)[Rule.IDLE]
    assert judged(database(state="stopped")) == []


def test_half_of_its_size_is_advised_where_its_busiest_day_fits() -> None:
    given = {"cpu": cpu(maximum=45), "other_prices": {"db.m5.large": usd("25.00")}}
    found = advised(database(**given))[Rule.OVERSIZED]
    assert (found.target, found.savings_monthly) == ("db.m5.large", 25)
    assert "memory is unknown" in found.risk_reason
    assert found.confidence is Level.MEDIUM
    assert advised(database(cpu=cpu(maximum=46))) == {}


def test_memory_must_fit_where_it_is_known() -> None:
    fits = database(cpu=cpu(maximum=10), memory_maximum_percent=41.0)
    assert advised(fits)[Rule.OVERSIZED].confidence is Level.HIGH
    assert advised(fits)[Rule.OVERSIZED].savings_monthly is None  # no price is known
    assert advised(database(cpu=cpu(maximum=10), memory_maximum_percent=42.0)) == {}


def test_days_of_another_class_say_nothing() -> None:
    retyped = changed("database_class", 10, "db.m5.large", "db.m5.xlarge")
    given = database(cpu=cpu(maximum=10), changes=[retyped])
    assert "known for 9 days; 14 are needed" in unanswered(given)[Rule.OVERSIZED]


@pytest.mark.parametrize(
    ("of", "half"),
    [
        ("db.m5.4xlarge", "db.m5.2xlarge"),
        ("db.r6g.24xlarge", "db.r6g.12xlarge"),
        ("db.t3.large", ""),
        ("db.serverless", ""),
        ("Standard_D4ds_v5", "Standard_D2ds_v5"),
        ("Standard_D2ds_v5", ""),
        ("Standard_D96ds_v5", "Standard_D48ds_v5"),
        ("Standard_E20ds_v5", ""),
        ("Standard_B12ms", ""),
        ("GP_Gen5_8", "GP_Gen5_4"),
        ("S3", ""),
        ("", ""),
    ],
)
def test_classes_have_halves(of: str, half: str) -> None:
    assert half_of(of) == half
