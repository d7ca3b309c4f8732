"""Amounts on the wire: whole, plain, and with two places at least."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api.amounts import AmountField
from core.money import as_text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("0E-10", "0.00"),
        ("3", "3.00"),
        ("12.5", "12.50"),
        ("12.50", "12.50"),
        ("-7.1250", "-7.125"),
        ("0.0000000417", "0.0000000417"),
        ("1E+3", "1000.00"),
        ("1000000000", "1000000000.00"),
        ("922337203.6854775807", "922337203.6854775807"),
    ],
)
def test_an_amount_as_text(amount: str, text: str) -> None:
    assert as_text(Decimal(amount)) == text
    assert AmountField().to_representation(Decimal(amount)) == text


@given(st.decimals(Decimal("-1e9"), Decimal("1e9"), places=10))
def test_no_place_is_lost_and_none_is_invented(amount: Decimal) -> None:
    text = as_text(amount)
    assert Decimal(text) == amount
    assert "E" not in text
    assert len(text.partition(".")[2]) >= 2
