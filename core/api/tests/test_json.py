"""JSON by the fast encoder: what DRF's says, but amounts are texts."""

import json
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils.functional import lazystr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework import renderers

from core.api.json import JSONRenderer

TEXT = st.text(st.characters(codec="utf-8"))
MOMENTS = st.datetimes(timezones=st.none() | st.just(UTC))
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates()
    | MOMENTS
    | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)
INDENTED = "application/json; indent=4"


def read(content: bytes) -> Any:
    """As pairs, so that the order counts too."""
    return json.loads(content, object_pairs_hook=list)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANYTHING)
def test_it_says_what_drf_says(data: Any) -> None:
    answer = renderers.JSONRenderer().render([data])
    assert read(JSONRenderer().render([data])) == read(answer)
    assert read(JSONRenderer().render([data], INDENTED)) == read(answer)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.0000000417"), '"0.0000000417"'),
        (Decimal("1E+3"), '"1000.00"'),
        (datetime(2026, 1, 2, 3, 4, 5, 6, UTC), '"2026-01-02T03:04:05.000006Z"'),
        (datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=2))), None),
        (date(2026, 1, 2), '"2026-01-02"'),
        (time(3, 4), '"03:04:00"'),
        (timedelta(seconds=90), '"90.0"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (lazystr("in time"), '"in time"'),
        (OrderedDict(a=(1, 2)), '{"a":[1,2]}'),
        (2**64, "18446744073709551616"),
        ({2026: "a year"}, '{"2026":"a year"}'),
        ("\N{LINE SEPARATOR}é", None),
        (float("nan"), "null"),
    ],
)
def test_what_json_has_no_word_for(value: Any, text: str | None) -> None:
    """None: as DRF has it."""
    answer = renderers.JSONRenderer().render(value) if text is None else text.encode()
    assert json.loads(JSONRenderer().render(value)) == json.loads(answer)


def test_it_is_indented_where_that_is_asked_for() -> None:
    assert JSONRenderer().render([1], INDENTED) == b"[\n    1\n]"


def test_amounts_are_texts_where_it_is_indented_too() -> None:
    data = {"total": Decimal("12.5")}
    assert JSONRenderer().render(data) == b'{"total":"12.50"}'
    indented = JSONRenderer().render(data, "text/html", {"indent": 4})
    assert indented == b'{\n    "total": "12.50"\n}'


def test_no_data_is_no_content() -> None:
    assert JSONRenderer().render(None) == b""


def test_what_nobody_can_write_is_refused() -> None:
    with pytest.raises(TypeError, match="object is not JSON serializable"):
        JSONRenderer().render({"what": object()})
