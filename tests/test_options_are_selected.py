"""A choice of a page is marked where it is the one that was asked for."""

import re
from pathlib import Path

import pytest
from django.conf import settings

PAGES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
OPTION = re.compile(r'value="([^"]*)" ?\{% if ([^%]*) %\}(?:selected|checked)')


def wrong(template: str) -> list[str]:
    """Return the conditions that compare with another value, or are turned around."""
    return [
        condition
        for value, condition in OPTION.findall(template)
        if "!=" in condition
        or " not in " in condition
        or any(one != value for one in re.findall(r' == "([^"]*)"', condition))
    ]


@pytest.mark.parametrize(
    ("tag", "is_right"),
    [
        ('<option value="true" {% if get.open == "true" %}selected{% endif %}>', True),
        ('<option value="{{ one }}" {% if one == key %}selected{% endif %}>', True),
        (
            '<option value="true" {% if get.open == "no" %}selected{% endif %}>',
            False,
        ),
        ('<option value="{{ one }}" {% if one != key %}selected{% endif %}>', False),
    ],
)
def test_one_is_distinguished_from_another(tag: str, is_right: bool) -> None:
    assert OPTION.search(tag)
    assert (wrong(tag) == []) == is_right


def test_each_is_selected_where_it_is_the_value() -> None:
    texts = {page: page.read_text() for page in PAGES}
    assert sum(len(OPTION.findall(text)) for text in texts.values()) > 40
    assert {page: found for page in PAGES if (found := wrong(texts[page]))} == {}


# One that has no empty choice.
SELECT = re.compile(r'<select name="(\w+)"([^>]*)>(?!<option value="">)')


def test_what_addresses_leave_out_as_the_default_is_left_out_on_each_page() -> None:
    """So that one answer has one address, wherever somebody asks."""
    texts = [page.read_text() for page in PAGES]
    selects = [found for text in texts for found in SELECT.findall(text)]
    known = {name for name, more in selects if "data-default=" in more}
    assert len(known) > 6
    lacking = [name for name, more in selects if "data-default=" not in more]
    assert known.intersection(lacking) == set()
