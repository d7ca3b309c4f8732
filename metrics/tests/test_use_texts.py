"""Figures of use as people read them."""

import pytest

from metrics.use_panels import text_of


@pytest.mark.parametrize(
    ("value", "shown"),
    [(3.0, "3"), (3.26, "3.3"), (9.96, "10.0"), (10.4, "10"), (1234.5, "1,234")],
)
def test_a_small_figure_has_a_decimal_where_it_needs_one(
    value: float, shown: str
) -> None:
    assert text_of(value, "requests") == shown
