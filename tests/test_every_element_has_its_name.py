"""What a screen reader needs in templates; a browser test may lack the page with it."""

import re
from pathlib import Path

import pytest
from django.conf import settings

PAGES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
FILTERS = '<form class="filters" method="get"'
NAME = r'aria-label(ledby)?="[^"]'


@pytest.mark.parametrize(
    ("element", "needed"),
    [
        (r"<th\b", r'scope="(col|row|rowgroup)"'),
        (r"<canvas\b", rf'role="img" {NAME}'),
        (r"<svg\b", rf'(aria-hidden="true"|role="img" {NAME})'),
        (r"<img\b", 'alt="'),
        (r"<progress\b", NAME),
        (r"<nav\b", NAME),
        ('<section class="panel', NAME),
        ('<div class="scroll', rf'tabindex="0" role="group" {NAME}'),
        (FILTERS, NAME),
        (rf'{FILTERS} action="(?!{{% url "search")', 'data-submit="on-change"'),
        ('<p class="note bad"', 'role="alert"'),
    ],
)
def test_each(element: str, needed: str) -> None:
    found = [
        (page.name, tag)
        for page in PAGES
        for tag in re.findall(rf"{element}[^>]*", page.read_text())
    ]
    assert found
    assert [tag for tag in found if not re.search(needed, tag[1])] == []


def test_filters_are_behind_a_button_on_a_phone() -> None:
    texts = {"/".join(page.parts[-2:]): page.read_text() for page in PAGES}
    have = {name for name in texts if FILTERS in texts[name]}
    opened = {name for name in texts if "parts/filters_button.html" in texts[name]}
    assert len(opened) > 15
    # These have few.
    assert have - opened == {"costs/coverage.html", "dashboard/search.html"}


def test_each_label_that_is_named_is_on_the_page() -> None:
    named = {
        (page.name, name)
        for page in PAGES
        for text in [page.read_text()]
        for name in re.findall(r' (?:aria-labelledby|for|list)="([\w-]+)"', text)
        if f'id="{name}"' not in text
    }
    assert named == set()


def test_no_page_names_a_part_as_the_frame_around_it_names_one() -> None:
    texts = {page: page.read_text() for page in PAGES}
    ids = {page: {*re.findall(r' id="([\w-]+)"', text)} for page, text in texts.items()}
    shared = [page for page in PAGES if page.parent.name == "parts"]
    frame = {
        name for one in shared if one.parts[-3] == "templates" for name in ids[one]
    }
    assert {"alerts", "scope"} <= frame
    others = [page for page in PAGES if page not in shared]
    assert [page.name for page in others if ids[page] & frame] == []
