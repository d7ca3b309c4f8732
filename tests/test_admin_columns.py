"""Each computed column of each admin list has a heading that was chosen for it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.utils.safestring import mark_safe

from core.admin.columns import label, written


def computed() -> Iterator[tuple[str, Any]]:
    for model, page in admin.site._registry.items():
        for column in page.list_display:
            named = getattr(page, column, None) if isinstance(column, str) else column
            # The heading of a row's own name is that of its model.
            if callable(named) and column != "__str__":
                yield f"{model._meta.label}: {getattr(named, '__name__', named)}", named


def test_each_has_its_heading() -> None:
    columns = list(computed())
    assert len(columns) > 50
    assert [
        name for name, one in columns if not getattr(one, "short_description", "")
    ] == []


def test_a_label_is_escaped_where_the_same_text_was_safe_before() -> None:
    assert "<b>on</b>" in label(mark_safe("<b>on</b>"))
    assert "&lt;b&gt;on&lt;/b&gt;" in label("<b>on</b>")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.084231, "0.08423"),
        (0.000012344, "0.00001234"),
        (999.96, "1,000"),
        (0.0, "0"),
        (454.2155, "454.2"),
        (-1579.22, "-1,579"),
        (62_329_966_588.0, "62,329,966,588"),
    ],
)
def test_a_figure_has_four_digits_and_its_unit(value: float, text: str) -> None:
    assert written(value) == text
