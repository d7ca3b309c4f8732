"""Numbers on pages have a separator of thousands; keys and fields must have none."""

import re
from pathlib import Path

import pytest
from django.conf import settings

PAGES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
# What writes or names a value; routes and conditions take it as it is.
SHOWN = re.compile(r"\{\{.*?\}\}|\{% (?:with|include|firstof|cycle) .*?%\}")
KEY = re.compile(r"\.pk\b|\.id\b|\.\w+_id\b")
# Of clouds, whose ids are text, and of a key to decrypt with.
TEXTS = {".account_id", ".image_id", ".resource_id", ".short_id", ".vpc_id", ".key_id"}
NUMBER_FIELD = re.compile(r'<input type="number"[^>]*?value="(\{\{.*?\}\})"')


def plain_keys(tag: str) -> list[str]:
    return [
        found[0]
        for found in KEY.finditer(tag)
        if found[0] not in TEXTS and not tag[found.end() :].startswith("|stringformat")
    ]


@pytest.mark.parametrize(
    ("tag", "keys"),
    [
        ("{{ run.pk }}", [".pk"]),
        ("{{ change.run_id|default:0 }}", [".run_id"]),
        ("{% with key=one.pk %}", [".pk"]),
        ('{{ run.pk|stringformat:"d" }}', []),
        ("{{ run.account.account_id }}", []),
    ],
)
def test_a_key_is_distinguished_from_other_values(tag: str, keys: list[str]) -> None:
    assert SHOWN.findall(tag) == [tag]
    assert plain_keys(tag) == keys


def test_each_key_is_written_without_a_separator() -> None:
    tags = [(page, tag) for page in PAGES for tag in SHOWN.findall(page.read_text())]
    assert sum("|stringformat" in tag for _, tag in tags) > 10
    assert [f"{page}: {tag}" for page, tag in tags if plain_keys(tag)] == []


def test_a_field_of_a_number_is_filled_with_one_that_browsers_take() -> None:
    found = [tag for page in PAGES for tag in NUMBER_FIELD.findall(page.read_text())]
    assert found
    assert [tag for tag in found if "|stringformat" not in tag] == []
