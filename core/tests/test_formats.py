"""Numbers and moments as people read them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from core.templatetags import formats
from core.testing.clock import NOW
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


def test_a_row_of_a_table_has_a_cell_for_each_amount() -> None:
    cells = formats.money_cells([Decimal(2), None], "<b>")
    assert cells.count('<td class="number">') == cells.count("</td>") == 2
    assert "<b>" not in cells
    assert formats.money_cells([], "USD") == ""


def test_what_rounds_to_zero_has_no_sign() -> None:
    for nearly_nothing in (0.04, -0.04, 0.0, -0.0):
        assert formats.percent_change(nearly_nothing) == "0.0%"
        assert formats.percent(nearly_nothing) == "0.0%"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1,023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (5 * 1024**3, "5.0 GiB"),
        (1024**6, "1,024.0 PiB"),
    ],
)
def test_bytes_come_in_the_largest_unit(count: int, text: str) -> None:
    assert formats.size(count) == text


def test_a_window_is_written_by_its_first_and_last_day() -> None:
    assert formats.days(Window(date(2026, 10, 21), date(2026, 11, 20))) == (
        "21 Oct – 19 Nov 2026"
    )
    assert formats.days(Window(date(2025, 12, 31), date(2026, 1, 2))) == (
        "31 Dec 2025 – 1 Jan 2026"
    )
    assert formats.days(Window(date(2026, 1, 1), date(2026, 1, 2))) == "1 Jan 2026"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0.0 s"),
        (0.42, "0.4 s"),
        (10, "10 s"),
        (59.9, "59 s"),
        (60, "1 min 0 s"),
        (75, "1 min 15 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (7440, "2 h 4 min"),
    ],
)
def test_how_long_it_took_is_written_in_two_units_at_most(
    seconds: float, text: str
) -> None:
    assert formats.duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-301, "in the future"),
        (-300, "just now"),  # as much as two clocks may differ
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (172_799, "47 h ago"),
        (172_800, "2 days ago"),
    ],
)
def test_how_long_ago_it_was_is_written_in_one_unit(seconds: int, text: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert formats.ago(NOW - timedelta(seconds=seconds)) == text


def test_a_change_has_the_class_of_its_sign() -> None:
    classes = [
        formats.growth(change)
        for change in (None, Decimal(0), Decimal("0.1"), Decimal(-1))
    ]
    assert classes == ["flat", "flat", "up", "down"]


@pytest.mark.parametrize(("change", "shown"), [("9.99", "flat"), ("-10", "down")])
def test_a_change_of_under_a_hundredth_is_not_colored(change: str, shown: str) -> None:
    assert formats.growth(Decimal(change), Decimal(1000)) == shown
    assert formats.growth(Decimal(change), Decimal(0)) != "flat"


def test_a_request_costs_fractions_of_a_cent() -> None:
    costs = [formats.api_cost(Decimal(usd)) for usd in ("0", "0.00036", "12.5")]
    assert costs == ["$0.00", "$0.0004", "$12.5000"]


def test_a_point_of_a_trend_is_a_day_or_a_month() -> None:
    first = date(2026, 11, 1)
    assert formats.at(first, "daily") == "Sun 1 Nov 2026"
    assert formats.at(first, "monthly") == "November 2026"


def test_moments_are_utc() -> None:
    at = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
    assert formats.moment(at) == "2026-11-20 14:05 UTC"


def test_a_mass_is_in_the_unit_that_fits() -> None:
    shown = [formats.kg(one) for one in (None, 0.0, 0.0451, 0.9996, 12.34, 1234.0)]
    assert shown == ["—", "0.0 kg", "45.1 g", "1.0 kg", "12.3 kg", "1,234 kg"]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("774539397.9229", "774,539,398"),
        ("13668.342316", "13,668.3"),
        ("646.386065", "646.386"),
        ("40", "40"),
        ("0.0000125", "0.000012"),
        ("-2.50", "-2.5"),
    ],
)
def test_a_quantity_has_six_digits(amount: str, text: str) -> None:
    assert formats.quantity(Decimal(amount)) == text
