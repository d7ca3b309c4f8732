"""How many rows a page has, as asked and at most."""

import pytest
from django.test import RequestFactory
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from core.api.pagination import Pages


def size(**parameters: str) -> int | None:
    return Pages().get_page_size(Request(RequestFactory().get("/", parameters)))


@pytest.mark.parametrize(
    ("asked", "rows"),
    [("1", 1), ("1000", 1000), ("1001", 1000), ("9" * 40, 1000)],
)
def test_a_page_has_as_many_rows_as_asked_up_to_a_thousand(
    asked: str, rows: int
) -> None:
    assert size(page_size=asked) == rows


def test_unasked_it_has_a_hundred() -> None:
    assert size() == 100


@pytest.mark.parametrize("asked", ["0", "-1", "1.5", "many", "", "²"])
def test_what_is_no_size_is_refused(asked: str) -> None:
    with pytest.raises(ValidationError, match="from 1 to 1000"):
        size(page_size=asked)
