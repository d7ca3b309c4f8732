"""A table of a document has its heads: a row after an empty line is shown as text."""

import re

from tests.source_files import HOUSE

CODE = re.compile(r"^```.*?^```", re.M | re.S)
# The first line of some that begin with a bar, and the one after it.
FIRST_ROWS = re.compile(r"(?:^|\n)(?!\|).*\n(\|.*)\n(.*)")


def test_every_row_of_a_document_is_below_its_heads() -> None:
    pages = [*HOUSE.glob("*.md"), *HOUSE.glob("docs/*.md")]
    tables = [
        (page.name, first, below)
        for page in pages
        for first, below in FIRST_ROWS.findall(CODE.sub("", page.read_text()))
    ]
    assert len(tables) > 50
    assert [one for one in tables if not re.fullmatch(r"\|[ :|-]+\|", one[2])] == []
