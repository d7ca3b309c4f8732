"""Pages write instants, days, money and measures by a filter, never as Python does."""

import re
from pathlib import Path

import pytest
from django.conf import settings

PAGES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
VALUE = re.compile(r"\{\{ *([\w.]+)(\|?)")
# What names say of their values.
SUBJECTS = "billed effective amount cost savings spent mean total potential realized"
SUBJECTS += " month since change total expected impact difference pending saved"
SUBJECTS += " unused quantity unallocated untagged others rest ledger actual covered"
UNITS = "at day from until percent kg kwh usd bytes ms"
NAMED = re.compile(
    rf"(?:\w+_)?(?:{SUBJECTS.replace(' ', '|')})|\w+_(?:{UNITS.replace(' ', '|')})"
)


def unformatted(template: str) -> list[str]:
    return [
        path
        for path, filtered in VALUE.findall(template)
        if NAMED.fullmatch(path.rpartition(".")[2]) and not filtered
    ]


@pytest.mark.parametrize(
    ("tag", "names"),
    [
        ("{{ run.started_at }}", ["run.started_at"]),
        ("{{ run.started_at|ago }}", []),
        ("{{ new_billed }}", ["new_billed"]),
        ("{{ found.change }}", ["found.change"]),
        ("{{ ahead.mean|money:ahead.currency }}", []),
        ("{{ run.account }}", []),
    ],
)
def test_a_value_is_found_by_its_name(tag: str, names: list[str]) -> None:
    assert unformatted(tag) == names


def test_each_value_that_needs_a_format_has_one() -> None:
    texts = {page: page.read_text() for page in PAGES}
    values = [value for text in texts.values() for value in VALUE.findall(text)]
    named = [path for path, _ in values if NAMED.fullmatch(path.rpartition(".")[2])]
    assert len(named) > 200
    assert {page: names for page in PAGES if (names := unformatted(texts[page]))} == {}
