"""What causes are called, and where they lead."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest

from core.windows import Window
from costs.explain.cause_links import (
    cause_name,
    days_name,
    query_of_cause,
    query_of_step,
)
from costs.explain.records import Cause, Explanation, Kind, Part, Step
from costs.explain.shown import comparison
from costs.queries.query import CostQuery

SEPTEMBER = Window(date(2026, 9, 1), date(2026, 10, 1))
OCTOBER = Window(date(2026, 10, 1), date(2026, 11, 1))
EC2 = Part("1", "EC2")
QUERY = CostQuery(OCTOBER, basis="daily", ignore=["anomalies"])
EXPLANATION = Explanation(
    OCTOBER, SEPTEMBER, Decimal(2), Decimal(1), Decimal("0.1"), []
)


def cause(kind: Kind, **values: Any) -> Cause:
    return Cause(kind, Decimal(2), Decimal(1), **{"part": EC2, **values})


def led_to(cause: Cause) -> dict[str, list[str]]:
    return parse_qs(query_of_cause(cause, EXPLANATION, QUERY))


@pytest.mark.parametrize(
    ("end", "name"),
    [
        (date(2026, 11, 1), "One more day"),
        (date(2026, 11, 2), "2 more days"),
        (date(2026, 10, 31), "Working days and weekends"),
        (date(2026, 10, 30), "One day fewer"),
        (date(2026, 10, 28), "3 days fewer"),
    ],
)
def test_different_days_are_counted(end: date, name: str) -> None:
    assert days_name(Window(OCTOBER.start, end), SEPTEMBER) == name


def test_what_is_charged_once_says_what_it_is() -> None:
    assert cause_name(cause(Kind.ONE_TIME, category="Adjustment")) == "EC2: refund"
    assert cause_name(cause(Kind.ONE_TIME, category="Tax")) == "EC2"
    assert cause_name(cause(Kind.USED_MORE, category="Usage")) == "EC2"
    assert cause_name(cause(Kind.DAYS, part=Part("", ""))) == "All services"


def test_more_use_leads_to_the_service_in_the_account_by_the_same_comparison() -> None:
    asked = led_to(cause(Kind.USED_MORE, category="Usage"))
    assert (asked["service"], asked["sub_account"]) == (["EC2"], ["1"])
    assert (asked["start"], asked["end"]) == (["2026-10-01"], ["2026-11-01"])
    assert (asked["basis"], asked["ignore"]) == (["daily"], ["anomalies"])


def test_what_is_gone_leads_to_the_days_on_which_it_was() -> None:
    asked = led_to(cause(Kind.GONE, category="Usage", since=OCTOBER.start))
    assert (asked["start"], asked["end"]) == (["2026-09-01"], ["2026-10-01"])
    assert not asked.keys() & {"basis", "ignore", "previous_start"}


def test_a_charge_of_the_first_leads_to_that_day() -> None:
    asked = led_to(cause(Kind.MONTH_START, category="Tax", since=OCTOBER.start))
    assert (asked["start"], asked["end"]) == (["2026-10-01"], ["2026-10-02"])
    assert asked["charge_category"] == ["Tax"]


def test_a_kind_leads_to_its_day_or_to_the_table_by_change() -> None:
    on_a_day = cause(Kind.MONTH_START, since=OCTOBER.start)
    used = cause(Kind.USED_MORE)
    for found, name, value in (
        (Step(Kind.DAYS, Decimal(1)), "basis", "daily"),
        (Step(Kind.MONTH_START, Decimal(1), [on_a_day]), "end", "2026-10-02"),
        (Step(Kind.USED_MORE, Decimal(1), [used]), "sort", "-change"),
        (Step(Kind.REST, Decimal(1)), "sort", "-change"),
    ):
        query = query_of_step(found, EXPLANATION, QUERY)
        assert parse_qs(query)[name] == [value]


def test_each_choice_of_a_comparison_changes_one_thing() -> None:
    found = comparison(QUERY)

    assert [one.is_chosen for one in found.bases] == [False, True]
    assert [one.is_chosen for one in found.ignored] == [True, False]
    assert "ignore" not in parse_qs(found.ignored[0].query)
    both = parse_qs(found.ignored[1].query)["ignore"]
    assert both == ["anomalies", "one_time"]
    assert found.periods[0].is_chosen and not found.is_other
    assert parse_qs(found.periods[1].query)["compare"] == ["year_ago"]
    assert comparison(CostQuery(OCTOBER, compare="year_ago")).periods[1].is_chosen
    other = comparison(CostQuery(OCTOBER, previous=SEPTEMBER))
    assert other.is_other
    assert "previous_start" not in dict(other.parameters)
