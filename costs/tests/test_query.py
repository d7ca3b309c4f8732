"""A question about costs is read from plain values, whoever asks."""

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict

from core.testing.clock import NOW
from core.windows import Window, last_complete_days
from costs.queries.query import CostQuery, InvalidQuery


def test_what_is_left_out_is_the_default() -> None:
    query = CostQuery.from_values({}, NOW)
    assert query == CostQuery.from_values({"service": [], "currency": ""}, NOW)
    assert query.window == last_complete_days(30, NOW)
    assert (query.group_by, query.metric, query.limit) == ("service", "billed", None)


def test_values_may_be_texts_lists_days_and_numbers() -> None:
    values: dict[str, Any] = {
        "start": date(2026, 10, 1),
        "end": "2026-11-01",
        "limit": 5,
        "service": ["S3, and more", "EC2", "EC2"],
        "region": "eu-west-1, us-east-1",
        "currency": "usd",
    }
    query = CostQuery.from_values(values, NOW)
    assert query.window == Window(date(2026, 10, 1), date(2026, 11, 1))
    assert (query.limit, query.currency) == (5, "USD")
    assert query.filters["service"] == ("S3, and more", "EC2")
    assert query.filters["region"] == ("eu-west-1", "us-east-1")


def test_its_url_asks_the_same() -> None:
    values = {"exclude": "Tax", "limit": 3, "search": "x", "granularity": "monthly"}
    query = CostQuery.from_values(values, NOW)
    assert CostQuery.from_url(QueryDict(query.parameters()), NOW) == query
    assert CostQuery.from_url(QueryDict(query.api_parameters), NOW) == query


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start", "yesterday"),
        ("end", "2026-02-30"),
        ("start", "2026-13-01"),
        ("limit", "0"),
        ("limit", -1),
        ("limit", "10001"),
        ("group_by", "colour"),
        ("metric", "list"),
        ("sort", "size"),
        ("exclude", ["Tax", "Fines"]),
        ("search", "a\0b"),
    ],
)
def test_what_it_cannot_understand_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(InvalidQuery) as refused:
        CostQuery.from_values({name: value}, NOW)
    assert list(refused.value.errors) == [name]
    assert name in str(refused.value)


def test_as_many_groups_as_are_allowed_are_taken() -> None:
    assert CostQuery.from_values({"limit": "10000"}, NOW).limit == 10_000


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(InvalidQuery) as refused:
        CostQuery.from_values({"metric": "list", "limit": "many"}, NOW)
    assert set(refused.value.errors) == {"metric", "limit"}
