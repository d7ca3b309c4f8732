"""What the scripts do by themselves, on pages of a few lines that no server sends."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from core.testing.open_browser import open_browser
from core.testing.script_pages import SITE, script, show

# A chart that shows nothing, and remembers what it was asked to draw.
CHART = """
class Chart {
  static defaults = { font: {} };
  constructor(canvas, { data, options }) {
    Object.assign(this, { canvas, data, options });
    drawn.push(this);
  }
  isDatasetVisible() { return true; }
}
const drawn = [];
"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_browser.tab(base_url=SITE) as tab:
        yield tab.page


FORMS = (script("swap.js"), script("forms.js"))
CHARTS = [
    script(f"{name}.js")
    for name in ("chart_axis", "chart_expected", "chart_colors", "charts")
]


FORM = """<form method="get" action="/found" data-submit="on-change">
<input name="search" value=""><input name="region" value="eu-west-1">
<select name="state"><option value="">Any</option><option>running</option></select>
<select name="zero"><option>0</option></select><button>Apply</button></form>"""


@pytest.mark.parametrize("how", ["Apply", "state"])
def test_a_form_leaves_what_is_empty_out_of_the_address(page: Page, how: str) -> None:
    page.route("**/found*", lambda route: route.fulfill(body="found"))
    show(page, FORM, *FORMS)
    if how == "Apply":
        page.get_by_role("button").click()
        wanted = "?region=eu-west-1&zero=0"
    else:
        page.locator("[name=state]").select_option("running")
        wanted = "?region=eu-west-1&state=running&zero=0"
    page.wait_for_url("**/found*")
    expect(page).to_have_url(f"{SITE}/found{wanted}")
    page.go_back()
    # As the address says, not as it was left.
    expect(page.locator("[name=state]")).to_have_value("")


APPLIED = """
const applied = [];
const swap = { go: ({ search }) => applied.push(search) };
window.setTimeout = (work) => work();
"""
TYPED = """field => {
  field.value = "a";
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""
TEXTS = """<form method="get" action="/found" data-submit="on-change">
<input type="search" id="of-a-picker"><input name="least">
<input type="search" name="search"></form>"""


def test_only_a_search_with_a_name_is_applied_while_it_is_typed(page: Page) -> None:
    show(page, TEXTS, APPLIED, script("forms.js"))
    for field in ("#of-a-picker", "[name=least]"):
        page.locator(field).evaluate(TYPED)
    assert page.evaluate("applied") == []
    page.locator("[name=search]").evaluate(TYPED)
    assert page.evaluate("applied") == ["?least=a&search=a"]


def test_the_switch_of_colors_is_shown_where_it_works(page: Page) -> None:
    switch = """<form id="themes" hidden><input type="radio" name="theme" value="auto">
    <input type="radio" name="theme" value="dark"></form>"""
    show(page, switch, script("theme.js"))
    expect(page.locator("#themes")).to_be_visible()
    expect(page.locator("[value=auto]")).to_be_checked()


def draw(page: Page, **values: object) -> None:
    """Draw a chart of one day, unless told otherwise."""
    data = {
        **{"kind": "line", "granularity": "daily", "labels": ["2026-01-02"]},
        **{"estimated": [False], **values},
    }
    body = f"""<style>:root {{ --c-other: rgb(1, 1, 1) }}</style>
    <ul data-legend="net"></ul><canvas data-chart="net"></canvas>
    <script type="application/json" id="net">{json.dumps(data)}</script>"""
    show(page, body, CHART, *CHARTS)


def sizes(page: Page, values: list[float]) -> list[str]:
    """Return how a chart of bytes writes these values beside its axis."""
    draw(page, unit="bytes", series=[{"label": "in", "values": [values[-1]]}])
    write = """values => values.map(raw =>
        drawn[0].options.plugins.tooltip.callbacks.label(
            { raw, dataset: { label: "in" }, chart: { width: 900 } }))"""
    return [text.removeprefix(" in: ") for text in page.evaluate(write, values)]


@pytest.mark.parametrize(("unit", "end"), [("USD", 15), ("%", None), ("bytes", None)])
def test_only_an_axis_of_money_is_cut(page: Page, unit: str, end: int | None) -> None:
    days = ["2026-01-01", "2026-01-02"]
    series = [{"label": "web", "values": [90, 10]}]
    draw(page, unit=unit, labels=days, estimated=[False, False], series=series)
    assert page.evaluate("drawn[0].options.scales.y.max ?? null") == end


def test_an_axis_has_as_many_digits_as_tell_its_ticks_apart(page: Page) -> None:
    draw(page, unit="USD", series=[{"label": "web", "values": [101]}])
    write = """values => { const ticks = values.map(value => ({ value }));
        return values.map((value, index) =>
            drawn[0].options.scales.y.ticks.callback(value, index, ticks)); }"""
    for ticks, texts in (
        ([100, 100.25, 100.5], ["$100.0", "$100.3", "$100.5"]),
        ([100, 100.01], ["$100.00", "$100.01"]),
        ([0, 50, 100], ["$0", "$50", "$100"]),
    ):
        assert page.evaluate(write, ticks) == texts


def axis(page: Page) -> dict[str, float]:
    """The axis of the chart that was drawn."""
    found: dict[str, float] = page.evaluate(
        "(({ min, suggestedMax, title }) => ({ min, suggestedMax, title: title.text }))"
        "(drawn[0].options.scales.y)"
    )
    return found


@pytest.mark.parametrize(("credit", "least"), [(-2, -2), (-50, None)])
def test_a_small_credit_does_not_stretch_the_axis(
    page: Page, credit: int, least: int | None
) -> None:
    series = [{"label": "web", "values": [100]}, {"label": "x", "values": [credit]}]
    draw(page, kind="stacked", unit="USD", series=series)
    assert axis(page).get("min") == least


@pytest.mark.parametrize(
    ("highest", "end", "title"),
    [
        (1, 5, "axis ends at 5%"),
        (6, 10, "axis ends at 10%"),
        (30, 50, "axis ends at 50%"),
    ]
    + [(41, 100, ""), (100, 100, "")],
)
def test_an_axis_of_percents_shows_an_idle_line(
    page: Page, highest: int, end: int, title: str
) -> None:
    draw(page, unit="%", series=[{"label": "Average", "values": [highest]}])
    assert axis(page) == {"min": None, "suggestedMax": end, "title": title}


@pytest.mark.parametrize(
    ("unit", "granularity", "title"),
    [("USD", "daily", "USD per day"), ("EUR", "monthly", "EUR per month")]
    + [("bytes", "daily", "bytes per day")],
)
def test_an_axis_names_its_unit(
    page: Page, unit: str, granularity: str, title: str
) -> None:
    series = [{"label": "web", "values": [1]}]
    draw(page, unit=unit, granularity=granularity, per_day=title, series=series)
    assert axis(page)["title"] == title


def colors(page: Page, unit: str = "USD", **series: int) -> list[str]:
    values = [{"label": name, "values": [value]} for name, value in series.items()]
    draw(page, unit=unit, kind="stacked", series=values)
    script = "drawn[0].data.datasets.map((one) => one.backgroundColor)"
    found: list[str] = page.evaluate(script)
    return found


def test_what_hardly_costs_anything_is_gray(page: Page) -> None:
    large, other, small = colors(page, web=980, Other=15, tiny=5)
    assert (other, small) == ("rgb(1, 1, 1)", "rgb(1, 1, 1)")
    assert large != other
    assert colors(page, "%", web=980, tiny=5)[1] != small


def test_sizes_are_of_1024_bytes(page: Page) -> None:
    values: list[float] = [
        0,
        1000,
        1023,
        1024,
        1536,
        10 * 1024,
        1024**2,
        1024**3,
        1024**5,
    ]
    assert sizes(page, values) == [
        *("0 B", "1000 B", "1023 B", "1 KiB", "1.5 KiB", "10 KiB"),
        *("1 MiB", "1 GiB", "1 PiB"),
    ]


PICK = '<input type="checkbox" name="pick">'
SELECTION = f"""<form method="post">{PICK}{PICK}
<details open><summary>1 other</summary>{PICK}</details>
<fieldset data-selection>
<label data-select-all hidden><input type="checkbox"> All</label>
<output>Select some.</output></fieldset></form>"""


def test_a_selection_says_how_many_and_takes_all_rows_but_no_alternatives(
    page: Page,
) -> None:
    show(page, SELECTION, script("selection.js"))
    said, bar = page.locator("output"), page.locator("fieldset")
    expect(said).to_have_text("Select some.")
    expect(bar).to_have_attribute("data-nothing", "")
    page.locator("[name=pick]").first.check()
    expect(said).to_have_text("1 selected")
    expect(bar).not_to_have_attribute("data-nothing", "")
    page.get_by_label("All").check()
    expect(said).to_have_text("2 selected")
    page.get_by_label("All").uncheck()
    expect(said).to_have_text("Select some.")


def test_a_selection_stays_on_its_page_and_is_empty_on_another(page: Page) -> None:
    show(page, SELECTION, script("selection.js"))
    swapped = """isSamePage => document.dispatchEvent(
        new CustomEvent("swapped", { detail: { isSamePage } }))"""
    box, count = page.locator("[name=pick]").first, page.locator("output")
    box.check()
    page.evaluate(swapped, True)
    expect(box).to_be_checked()
    expect(count).to_have_text("1 selected")
    page.evaluate(swapped, False)
    expect(box).not_to_be_checked()
    expect(count).to_have_text("Select some.")


ANOMALY_CHART = """
class Chart { static register(plugin) { Chart.plugin = plugin; } }
const chart = {
  options: { plugins: { marks: { data: { anomalies: [
    { at: 2, text: "Anomaly: EC2, +$5.00", url: "/found" } ] } } } },
  scales: { x: { getPixelForValue: (at) => at * 100 } },
  chartArea: { top: 10, bottom: 90 },
  canvas: document.body.appendChild(document.createElement("canvas")),
};
chart.ctx = chart.canvas.getContext("2d");
const event = (type, x, y) => (
  Chart.plugin.beforeEvent(chart, { event: { type, x, y } })
);
"""


def test_the_mark_of_an_anomaly_says_which_it_is_and_leads_to_it(page: Page) -> None:
    page.route("**/found", lambda route: route.fulfill(body="found"))
    show(page, "", ANOMALY_CHART, script("chart_anomalies.js"))
    assert page.evaluate("event('mousemove', 203, 14) && chart.canvas.title") == (
        "Anomaly: EC2, +$5.00"
    )
    assert page.evaluate("event('mousemove', 100, 90) && chart.canvas.title") == ""
    assert page.evaluate("event('click', 100, 90)")
    page.evaluate("event('click', 203, 14)")
    page.wait_for_url("**/found")


def test_the_mark_of_an_anomaly_has_the_color_of_what_is_bad(page: Page) -> None:
    bad = "<style>:root { --bad: rgb(200, 10, 20) }</style>"
    show(page, bad, ANOMALY_CHART, script("chart_anomalies.js"))
    page.evaluate("Chart.plugin.afterDatasetsDraw(chart)")
    for x, y in ((200, 16), (200, 24)):  # in the diamond, and on its line
        pixel = page.evaluate(
            "([x, y]) => [...chart.ctx.getImageData(x, y, 1, 1).data]", [x, y]
        )
        assert pixel[:3] == pytest.approx([200, 10, 20], abs=4), (x, y)
    # What the chart draws next has its own.
    assert page.evaluate("chart.ctx.fillStyle") == "#000000"
