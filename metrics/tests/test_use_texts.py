"""Figures of use as people read them."""

import pytest

from metrics.use_panels import text_of, unit_of


@pytest.mark.parametrize(
    ("value", "shown"),
    [(3.0, "3"), (3.26, "3.3"), (9.96, "10.0"), (10.4, "10"), (1234.5, "1,234")],
)
def test_a_small_figure_has_a_decimal_where_it_needs_one(
    value: float, shown: str
) -> None:
    assert text_of(value, "requests") == shown


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        *(("cpu", "%"), ("healthy_percent", "%"), ("throughput_bytes", "bytes")),
        ("operations_per_second", "count"),
    ],
)
def test_a_metric_has_its_unit(metric: str, unit: str) -> None:
    assert unit_of(metric) == unit
