"""Numbers and moments as people read them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.templatetags import formats
from core.windows import Window


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1234.56", "USD", "$1,234.56"),
        ("1234.56", "EUR", "1,234.56 EUR"),
        ("-12.5", "USD", "−$12.50"),
        ("0", "USD", "$0.00"),
        ("0.0001", "USD", "<$0.01"),
        ("1.005", None, "1.00"),
    ],
)
def test_money_has_its_currency(amount: str, currency: str | None, text: str) -> None:
    assert formats.money(Decimal(amount), currency) == text


def test_what_is_unknown_is_never_zero() -> None:
    for write in (
        formats.percent,
        formats.percent_change,
        formats.size,
        formats.day,
        formats.days,
        formats.moment,
        formats.duration,
        formats.ago,
        formats.api_cost,
    ):
        assert write(None) == "—"
    assert formats.money(None, "USD") == "—"
    assert formats.money_change(None, "USD") == "—"


def test_a_change_has_a_sign() -> None:
    assert formats.money_change(Decimal(5), "USD") == "+$5.00"
    assert formats.money_change(Decimal(-5), "USD") == "−$5.00"
    assert formats.money_change(Decimal(0), "USD") == "$0.00"
    assert formats.percent_change(-3.44) == "−3.4%"
    assert formats.percent_change(3.44) == "+3.4%"


def test_what_rounds_to_zero_has_no_sign() -> None:
    for nearly_nothing in (0.04, -0.04, 0.0, -0.0):
        assert formats.percent_change(nearly_nothing) == "0.0%"
        assert formats.percent(nearly_nothing) == "0.0%"


def test_bytes_come_in_the_largest_unit() -> None:
    assert formats.size(0) == "0 B"
    assert formats.size(1536) == "1.5 KiB"
    assert formats.size(5 * 1024**3) == "5.0 GiB"


def test_a_window_is_told_by_its_first_and_last_day() -> None:
    assert formats.days(Window(date(2026, 10, 21), date(2026, 11, 20))) == (
        "21 Oct – 19 Nov 2026"
    )
    assert formats.days(Window(date(2025, 12, 31), date(2026, 1, 2))) == (
        "31 Dec 2025 – 1 Jan 2026"
    )
    assert formats.days(Window(date(2026, 1, 1), date(2026, 1, 2))) == "1 Jan 2026"


def test_how_long_it_took_is_told_in_two_units_at_most() -> None:
    assert formats.duration(timedelta(seconds=0.42)) == "0.4 s"
    assert formats.duration(timedelta(seconds=75)) == "1 min 15 s"
    assert formats.duration(timedelta(hours=2, minutes=4)) == "2 h 4 min"


def test_moments_are_utc() -> None:
    at = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
    assert formats.moment(at) == "2026-11-20 14:05 UTC"
