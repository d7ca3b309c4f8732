"""Charts in a real Chromium: nothing is smoothed, crushed, or colored alike."""

from datetime import datetime, timedelta
from itertools import combinations
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from clouds.testing import account
from core.testing.browser import PASSWORD, is_settled, let_ada_in
from core.windows import ONE_DAY, Window, first_of_month, last_complete_days
from costs.testing import one_bill, store_costs

# More services than there are base colors.
SERVICES = {f"Service {number:02}": "1" for number in range(1, 26)}
# Below this distance in RGB, two swatches look alike.
LEAST_DISTANCE = 18


@pytest.fixture
def bill(real_now: datetime) -> Window:
    """Sixty days of 25 services at $25 a day, with $500 of tax on each 1st."""
    User.objects.create_superuser("ada", password=PASSWORD)
    owner = account(1, "production")
    # The last bar is hovered: it is of no 1st, whose bar is higher than the axis.
    is_after_a_first = real_now.day == 2
    days = last_complete_days(60, real_now - ONE_DAY * is_after_a_first)
    this_month = first_of_month(days.end - timedelta(days=1))
    with one_bill(owner):
        for day in days.days():
            tax = {"Tax": "500"} if day.day == 1 else {}
            only = Window(day, day + timedelta(days=1))
            store_costs(owner, only, SERVICES | tax, estimated_from=this_month)
    return days


# What a script is given, once the page has answered and its chart is made.
OF_THE_CHART = """() => {
    const canvas = document.querySelector("canvas[data-chart=costs-chart]");
    const chart = canvas && window.Chart?.getChart(canvas);
    return chart && (%s);
}"""


def chart(page: Page, script: str) -> Any:
    """The value of `script`, in which `chart` is the chart of the page."""
    is_settled(page)
    page.wait_for_function(OF_THE_CHART % "true")
    return page.evaluate(OF_THE_CHART % script)


def becomes(page: Page, condition: str) -> None:
    """Waits until the condition is met, in which `chart` is the chart of the page."""
    is_settled(page)
    page.wait_for_function(OF_THE_CHART % condition)


def open_costs(page: Page, days: Window, **parameters: str) -> None:
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    page.goto(f"/costs/?start={days.start}&end={days.end}&limit=25&{query}")


def test_charges_of_the_1st_leave_other_days_readable(page: Page, bill: Window) -> None:
    let_ada_in(page)
    open_costs(page, bill)
    # Any other day is $25: the axis ends a little above, not at $525.
    becomes(page, "chart.scales.y.max === 30")
    expect(page.get_by_text("exceeds the axis")).to_be_visible()
    page.get_by_role("button", name="Truncated axis").click()
    becomes(page, "chart.scales.y.max >= 525")
    page.get_by_role("button", name="Truncated axis").click()
    becomes(page, "chart.scales.y.max === 30")
    page.get_by_role("button", name="Tax").click()
    becomes(page, "(chart.cut ?? null) === null")


def test_an_expensive_day_that_is_no_1st_is_never_cut(page: Page, bill: Window) -> None:
    let_ada_in(page)
    day = next(day for day in bill.days() if day.day == 15)
    only = Window(day, day + timedelta(days=1))
    store_costs(account(2, "staging"), only, {"Incident": "900"})
    open_costs(page, bill)
    becomes(page, "chart.scales.y.max >= 925")
    expect(page.get_by_text("exceeds the axis")).to_be_hidden()


def test_lines_are_straight_between_days(page: Page, bill: Window) -> None:
    let_ada_in(page)
    open_costs(page, bill, chart="lines")
    assert chart(page, "chart.data.datasets.every((one) => one.tension === 0)")


def test_estimated_days_are_explained_once(page: Page, bill: Window) -> None:
    let_ada_in(page)
    open_costs(page, bill)
    expect(page.get_by_text("Shaded: estimated")).to_have_count(1)
    plain = (
        "chart.data.datasets.every((one) => typeof one.backgroundColor === 'string')"
    )
    assert chart(page, plain), "no day has a pattern of its own"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_two_series_have_one_color(page: Page, bill: Window, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    let_ada_in(page)
    open_costs(page, bill)
    texts = chart(page, "chart.data.datasets.map((one) => one.backgroundColor)")
    colors = {text: [int(part) for part in text[4:-1].split(",")] for text in texts}
    assert len(colors) == len(texts) == 26
    for (one, a), (other, b) in combinations(colors.items(), 2):
        far = sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5
        assert far >= LEAST_DISTANCE, f"{one} looks like {other}"


def test_small_amounts_have_ticks_that_differ(page: Page, bill: Window) -> None:
    let_ada_in(page)
    open_costs(page, bill, service="Service+01")
    labels = chart(page, "chart.scales.y.ticks.map((tick) => tick.label)")
    assert len(set(labels)) == len(labels)
    assert labels[0] == "$0.0"
    assert chart(page, "chart.options.scales.y.title.text") == "USD per day"


# Where the last bar of the second series is: its middle, and half its width. The first
# is the tax, of which there is none on most days.
LAST_BAR = """(() => {
    const { x, y, base, width } = chart.getDatasetMeta(1).data.at(-1);
    return { x, y: (y + base) / 2, half: width / 2 };
})()"""


def hover_last_bar(page: Page) -> dict[str, float]:
    """Move the pointer onto the last bar of the second series; where it is drawn."""
    bar: dict[str, float] = chart(page, LAST_BAR)
    canvas = page.locator("canvas[data-chart=costs-chart]")
    canvas.scroll_into_view_if_needed()
    canvas.hover(position={"x": bar["x"], "y": bar["y"]})
    # Drawn with the browser's next frame.
    becomes(page, "chart.tooltip?.opacity === 1")
    return bar


def test_a_click_on_a_bar_leads_to_what_it_is_made_of(page: Page, bill: Window) -> None:
    let_ada_in(page)
    open_costs(page, bill, metric="effective", exclude="Credit")
    name = chart(page, "chart.data.datasets[1].label")
    hover_last_bar(page)
    expect(page.locator("canvas")).to_have_css("cursor", "pointer")
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url(f"**service={quote_plus(name)}**")
    query = parse_qs(urlsplit(page.url).query)
    last = bill.end - timedelta(days=1)
    assert query["start"] == [last.isoformat()]
    assert query["end"] == [bill.end.isoformat()]
    assert query["group_by"] == ["region"]
    assert (query["metric"], query["exclude"]) == (["effective"], ["Credit"])
    page.go_back()
    becomes(page, f"chart.data.labels.length === {len(bill)}")


def test_a_click_on_a_month_leads_to_its_days(page: Page, bill: Window) -> None:
    let_ada_in(page)
    open_costs(page, bill, granularity="monthly")
    hover_last_bar(page)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url("**granularity=daily**")
    first = first_of_month(bill.end - timedelta(days=1))
    becomes(page, f"chart.data.labels.length === {(bill.end - first).days}")
    assert chart(page, "chart.data.labels")[0] == first.isoformat()


def test_a_tooltip_is_beside_its_bar_and_in_the_chart(page: Page, bill: Window) -> None:
    let_ada_in(page)
    open_costs(page, bill)
    bar = hover_last_bar(page)
    tip = chart(
        page,
        "{ right: chart.tooltip.x + chart.tooltip.width,"
        " top: chart.tooltip.y, lines: chart.tooltip.body.length,"
        " last: chart.tooltip.footer.join() }",
    )
    assert tip["right"] < bar["x"] - bar["half"]
    assert tip["top"] >= 0
    assert 3 <= tip["lines"] < 25
    assert "more: $" in tip["last"]
    assert "Total: $25.00" in tip["last"]


def test_a_name_keeps_its_color(page: Page, bill: Window) -> None:
    let_ada_in(page)
    open_costs(page, bill)
    script = """Object.fromEntries(chart.data.datasets.map(
        (one) => [one.label, one.backgroundColor]))"""
    colors = chart(page, script)
    for name in ("Tax", "Service 01"):
        open_costs(page, bill, service=quote_plus(name))
        assert chart(page, script) == {name: colors[name]}


def test_a_year_is_shown_by_month_unless_days_are_asked_for(
    page: Page, bill: Window
) -> None:
    let_ada_in(page)
    year = Window(bill.end - timedelta(days=366), bill.end)
    open_costs(page, year)
    field = page.get_by_label("Granularity")
    expect(field).to_have_value("monthly")
    field.select_option("daily")
    page.wait_for_url("**granularity=daily**")
    page.get_by_role("link", name="30 days").click()
    start = last_complete_days(30, timezone.now()).start
    expect(page.get_by_label("From").first).to_have_value(start.isoformat())
    becomes(page, "chart.data.labels.length === 30")
