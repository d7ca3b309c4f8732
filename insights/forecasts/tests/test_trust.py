"""One line of trust per forecast: measured month ends, or that none is known yet."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.template.loader import render_to_string
from django.test import Client

from clouds.testing import account
from core.testing.clock import NOW
from insights.models import Forecast
from insights.testing import forecast, month_end_miss, somebody
from users.testing import ask

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (8, 9, 10))


def line(of: Forecast) -> str:
    text = render_to_string("insights/parts/trust.html", {"forecast": of})
    return unescape(text.split(">", 1)[1].removesuffix("</p>\n"))


def page(path: str) -> str:
    client = Client()
    client.force_login(somebody("viewer"))
    return " ".join(client.get(path).content.decode().split())


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_it_names_the_mean_and_the_largest_miss_and_how_many_were_measured() -> None:
    row = forecast(account())
    for month, came in ((AUGUST, 100), (SEPTEMBER, 110), (OCTOBER, 112)):
        month_end_miss(row, month, actual=Decimal(came))
    assert line(row) == (
        "Month-end error: 3.9% on average, 10.0% at most, measured in 3 months."
    )


def test_one_month_is_reported_as_one() -> None:
    row = forecast(account())
    month_end_miss(row, OCTOBER)
    assert line(row) == ("Month-end error: 10.0%, measured in 1 month so far.")


@pytest.mark.parametrize(
    ("replayed", "answer"),
    [
        ([True, True], "measured in 2 months, all replayed on past bills."),
        ([True, False], "in 2 months, 1 of them replayed on past bills."),
        ([True], "in 1 month so far, replayed on past bills."),
        ([False, False], "measured in 2 months."),
    ],
)
def test_it_says_which_were_not_made_then(replayed: list[bool], answer: str) -> None:
    row = forecast(account())
    for month, is_replayed in zip((SEPTEMBER, OCTOBER), replayed, strict=False):
        month_end_miss(row, month, is_replayed=is_replayed)
    assert line(row).endswith(answer)


def test_it_says_that_the_interval_follows_the_misses() -> None:
    row = forecast(account(), widened_to_percent=12.5)
    month_end_miss(row, OCTOBER)
    assert line(row).endswith("The 80% interval was widened for it.")
    text = page(row.get_absolute_url())
    assert "the interval now reaches at least ±12.5% of an average day" in text


def test_what_was_not_measured_is_not_known_and_never_a_figure() -> None:
    row = forecast(account())
    assert row.trust is None
    assert line(row) == (
        "Month-end error: not known yet, as no month that was forecast has ended."
    )
    assert line(forecast(None, scope="service")) == (
        "Month-end error: not measured, as the services in it change."
    )
    month_end_miss(row, OCTOBER, actual=Decimal(0))
    assert row.trust is None


def test_the_page_shows_what_came_first_and_the_backtest_behind_a_fold() -> None:
    row = forecast(account())
    month_end_miss(row, SEPTEMBER, actual=Decimal(130), is_replayed=True)
    month_end_miss(row, OCTOBER)
    text = page(row.get_absolute_url())
    assert "1 of 2 months and 34 of 40 days came within the 80% interval of" in text
    before, fold = text.split("<summary>Method and backtest</summary>")
    assert "MASE" not in before
    assert "MASE" in fold.split("</details>")[0]
    months = text.split('aria-label="Month ends, forecast and actual"')[1]
    assert months.index("October 2026") < months.index("September 2026")
    assert months.count("replayed on past bills") == 1
    assert months.count(">outside<") == 1
    assert "−15.4%" in months and "+10.0%" in months


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/insights/", "5.0% on average, 10.0% at most, measured in 2 months, 1 of"),
        ("/insights/forecasts/", "5.0% average, 10.0% maximum"),
    ],
)
def test_lists_tell_the_line_and_no_method(path: str, line: str) -> None:
    account()
    row = forecast(None)
    month_end_miss(row, SEPTEMBER, actual=Decimal(110), is_replayed=True)
    month_end_miss(row, OCTOBER)
    text = page(path)
    assert line in text
    assert "MASE" not in text
    if path == "/insights/forecasts/":
        assert "2 months, 1 replayed on past bills" in text


def test_the_api_has_the_figures_and_the_months() -> None:
    row = forecast(account(), widened_to_percent=12.5)
    month_end_miss(row, SEPTEMBER, actual=Decimal(110), is_replayed=True)
    month_end_miss(row, OCTOBER)
    (answer,) = ask("forecasts/")["results"]
    assert answer["widened_to_percent"] == 12.5
    assert answer["trust"] == {
        "months": 2,
        "replayed_months": 1,
        "mean_error_percent": 5.0,
        "largest_error_percent": 10.0,
        "months_within_80": 2,
        "days": 40,
        "days_within_80": 34,
    }
    months: list[dict[str, Any]] = ask(f"forecasts/{row.pk}/")["month_ends"]
    assert months[0] == {
        "month": "2026-10-01",
        "forecast_date": "2026-10-10",
        "is_replayed": False,
        "forecasted": "110.00",
        "low_80": "100.00",
        "high_80": "120.00",
        "actual": "100.00",
        "error_percent": 10.0,
        "days": 20,
        "days_within_80": 17,
    }
    assert months[1]["error_percent"] == 0


def test_without_a_measured_month_the_api_says_null() -> None:
    forecast(account())
    (answer,) = ask("forecasts/")["results"]
    assert answer["trust"] is answer["widened_to_percent"] is None
