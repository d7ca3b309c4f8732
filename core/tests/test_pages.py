"""Pages of lists: a number past the end, and what is no number."""

import pytest
from django.core.paginator import PageNotAnInteger

from core.pages import ListPages


@pytest.mark.parametrize("asked", ["3", "99", "0", "-1"])
def test_a_number_that_has_no_page_is_the_last_one(asked: str) -> None:
    page = ListPages([*"abcde"], 2).page(asked)
    assert (page.number, [*page.object_list]) == (3, ["e"])


def test_an_empty_list_has_one_page() -> None:
    assert ListPages([], 2).page(99).number == 1


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(PageNotAnInteger):
        ListPages([*"abcde"], 2).page("x")
