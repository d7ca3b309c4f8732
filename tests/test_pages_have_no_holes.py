"""No page lacks a value where one belongs, or writes one as Python or Django does.

A template whose variable is empty, misspelled or gone is rendered without any error.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest

from tests.every_page import pages
from tests.two_accounts import two_accounts

# What has no meaning without a text or something that is seen in its place.
NAMED = "h1|h2|h3|a|button|label|option|summary|strong|dt|dd|li|caption|legend|title"
EMPTY = re.compile(rf"<({NAMED})\b(?![^>]*aria-label)[^>]*>\s*</\1>")
LACKING = re.compile(r'\b(?:href|action|src|aria-label|title|datetime|for|id)=""')
PARAMETER = re.compile(r'(?:href|action)="[^"]*[?&](?:amp;)?\w+=(?=&|")[^"]*"')
FRAMING = re.compile(r"<(script|style|svg|template)\b.*?</\1>", re.DOTALL)
INLINE = re.compile(r"</?(?:a|abbr|b|code|em|i|span|small|strong|time|wbr)\b[^>]*>")
TAG = re.compile(r"<[^>]*>")
# A sentence that a value is missing from.
BROKEN = re.compile(
    r"\(\s*\)|\(\s*,| [,.;:!?](?= |$)|[,:;] *[,.;:]|^[,.;:)]|· ·|^·|·$|, ?$"
    r"|\b(?:than|until|from|with|and|or) ?[.,;:)·](?!\w)"
)
# How Python writes what nothing formats, and Django a day or an instant.
RAW = re.compile(
    r"\b(?:True|False)\b|\bDecimal\(|\d\.\d{10}|\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d"
    r"|\b[A-Z][a-z]{2,8}\.? \d{1,2}, 20\d\d|\b[ap]\.m\.|<\w+ object|\{[{%]|[%}]\}"
)


def blocks(page: str) -> Iterator[str]:
    """Yield the text of each block as it is read."""
    body = FRAMING.sub("\n", page.partition("<main")[2] or page)
    marked = TAG.sub("\n", INLINE.sub("", " ".join(body.split())))
    yield from (" ".join(unescape(one).split()) for one in marked.split("\n"))


def empty_elements(page: str) -> list[str]:
    return [found[0] for found in EMPTY.finditer(FRAMING.sub("", page))]


def lacking_attributes(page: str) -> list[str]:
    return [found[0] for found in LACKING.finditer(page)]


def lacking_parameters(page: str) -> list[str]:
    return [found[0] for found in PARAMETER.finditer(page)]


def broken_sentences(page: str) -> list[str]:
    return [text for text in blocks(page) if text and BROKEN.search(text)]


def raw_values(page: str) -> list[str]:
    return [text for text in blocks(page) if RAW.search(text)]


LOOKS = [empty_elements, lacking_attributes, lacking_parameters]
LOOKS += [broken_sentences, raw_values]


@pytest.fixture(scope="module")
def shown(module_db: None) -> dict[str, str]:
    """Our own pages; the admin's are Django's."""
    two_accounts()
    return {at: text for at, text in pages().items() if not at.startswith("/admin/")}


@pytest.mark.django_db
@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has(shown: dict[str, str], look: Callable[[str], list[str]]) -> None:
    assert len(shown) > 50
    assert {at: found for at, text in shown.items() if (found := look(text))} == {}


@pytest.mark.parametrize(
    ("look", "wrong", "right"),
    [
        (empty_elements, "<td><a href='/'> </a></td>", "<a href='/'>web</a>"),
        (lacking_attributes, '<time datetime="">', '<time datetime="2026">'),
        (lacking_parameters, '<a href="/?a=&amp;b=1">', '<a href="/?a=1&amp;b=1">'),
        (broken_sentences, "<p>Read through <b></b>, and</p>", "<p>Read, and</p>"),
        (broken_sentences, "<p>web, <span></span></p>", "<p>web, <i>eu</i></p>"),
        (broken_sentences, "<p>In total ().</p>", "<p>In total (5).</p>"),
        (raw_values, "<td>Nov. 5, 2026</td>", "<td>5 Nov 2026</td>"),
        (raw_values, "<td>1.0000000000</td>", "<td>1.00</td>"),
        (raw_values, "<td>True</td>", "<td>yes</td>"),
    ],
)
def test_a_hole_is_seen(look: Any, wrong: str, right: str) -> None:
    assert look(f"<main>{wrong}")
    assert not look(f"<main>{right}")
