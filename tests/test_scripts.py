"""What the scripts do by themselves, on pages of a few lines that no server sends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from core.testing.open_browser import open_browser, opened

SITE = "http://site.test"
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


@pytest.fixture
def timed(browser: Browser) -> Iterator[Page]:
    """A page whose clock stands still, unless a test lets it run for a while."""
    with browser.new_context(base_url=SITE) as context:
        page = opened(context).page
        page.clock.install(time=0)
        page.clock.pause_at(1000)
        yield page


def script(name: str) -> str:
    return Path(settings.BASE_DIR, "static", "js", name).read_text()


FORMS = (script("swap.js"), script("forms.js"))
CHARTS = [
    script(f"{name}.js")
    for name in ("chart_axis", "chart_expected", "chart_colors", "charts")
]


def show(page: Page, body: str, *scripts: str) -> None:
    """Open a page of this body at `/`, with these scripts at its end."""
    text = f'<main id="main" tabindex="-1">{body}</main>' + "".join(
        f"<script>{one}</script>" for one in scripts
    )
    page.route(
        f"{SITE}/", lambda route: route.fulfill(body=text, content_type="text/html")
    )
    page.goto("/")


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
        *("1 MiB", "1 GiB", "1024 TiB"),
    ]


LIVE = """<p id="live" data-versions='{"runs": "a"}' data-ask="/ask" data-socket=""
data-active></p><table>%s</table><p id="part">%s</p>"""
ROW = """<tr><td><a href="/%s">%s</a><input type="checkbox" name="pick"></td></tr>"""
# A server that gives one answer to whoever asks, and shows another page by then; it
# remembers after how many seconds it was asked.
SERVER = """
const asked = [], began = Date.now();
let answer = {}, text = "", shown = 0;
window.fetch = async (url) => {
  const isAsked = url.startsWith("/ask");
  if (isAsked) asked.push(Math.round((Date.now() - began) / 1000));
  else shown += 1;
  const json = async () => ({ versions: answer });
  const { status } = isAsked ? answer : { ...answer, ...answer.document };
  return { status, ok: status < 300, json, text: async () => text };
};
"""


def live_page(part: str, *rows: str) -> str:
    return LIVE % ("".join(ROW % (row, row) for row in rows), part)


def asked_within(page: Page, seconds: int, **answer: object) -> list[int]:
    """Return when a live page asked, while it was answered like this."""
    page.evaluate("given => { answer = given; }", answer)
    for _ in range(seconds):
        page.clock.run_for(1_000)
    found: list[int] = page.evaluate("asked")
    return found


@pytest.fixture
def live(timed: Page) -> Page:
    """A page at which something is at work, and of which the server has a new one."""
    page = timed
    show(page, live_page("old", "b", "c"), SERVER, script("swap.js"), script("live.js"))
    text = f'<main id="main">{live_page("new", "a", "c", "b")}</main>'
    page.evaluate("given => { text = given; }", text)
    return page


@pytest.mark.parametrize("status", [401, 403, 404, 429])
def test_a_live_page_asks_no_more_after_a_refusal(live: Page, status: int) -> None:
    assert asked_within(live, 100, status=status) == [3]
    expect(live.locator("#part")).to_have_text("old")
    expect(live.locator("#live")).to_have_text("Not updated")


def test_a_live_page_asks_ever_more_seldom_while_there_is_an_error(live: Page) -> None:
    asked = asked_within(live, 200, status=503)
    assert asked == [3, 9, 21, 45, 93, 153]
    asked = asked_within(live, 70, status=200, runs="a")
    assert asked[6:10] == [213, 216, 219, 222]
    assert live.evaluate("shown") == 0, "nothing changed"


def test_a_live_page_keeps_what_was_chosen_of_a_row(live: Page) -> None:
    live.get_by_role("row", name="b").get_by_role("checkbox").check()
    live.locator("body").hover()
    asked_within(live, 7, status=200, runs="b")
    expect(live.locator("#part")).to_have_text("new")
    expect(live.get_by_role("link")).to_have_text(["a", "c", "b"])
    chosen = live.locator("[name=pick]:checked")
    expect(chosen).to_have_count(1)
    expect(live.get_by_role("row", name="b").locator("[name=pick]")).to_be_checked()
    asked_within(live, 60, status=200, runs="b")
    assert live.evaluate("shown") == 1, "it is asked for once each version"


def test_nothing_changes_while_somebody_selects_text(live: Page) -> None:
    live.evaluate("getSelection().selectAllChildren(document.getElementById('part'))")
    asked_within(live, 10, status=200, runs="b")
    expect(live.locator("#part")).to_have_text("old")
    expect(live.locator("#live")).to_have_text("New data waits")
    live.evaluate("getSelection().removeAllRanges()")
    asked_within(live, 2, status=200, runs="b")
    expect(live.locator("#part")).to_have_text("new")


def test_what_is_the_same_stays_and_what_is_not_on_the_page_is_left(live: Page) -> None:
    live.evaluate("document.getElementById('part').isTheOldOne = true")
    asked_within(live, 7, status=200, runs="b")
    expect(live.locator("#part")).to_have_text("new")
    assert live.evaluate("document.getElementById('part').isTheOldOne") is True


def test_a_page_whose_topics_were_taken_away_is_shown_without_them(live: Page) -> None:
    text = live_page("fewer", "a").replace('{"runs": "a"}', "{}")
    live.evaluate("given => { text = given; }", f'<main id="main">{text}</main>')
    assert asked_within(live, 100, status=403, document={"status": 200}) == [3]
    expect(live.locator("#part")).to_have_text("fewer")
    expect(live.locator("#live")).to_have_text("")


SOCKETS = """
const sockets = [], port = { postMessage() {} };
window.WebSocket = class { static OPEN = 1; constructor() { sockets.push(this); } };
window.onconnect = null;
"""


def test_a_page_that_comes_after_all_others_left_has_a_socket_again(
    timed: Page,
) -> None:
    page = timed
    show(page, "", SOCKETS, script("live_socket.js"), "onconnect({ ports: [port] });")
    watch = "port.onmessage({ data: ['runs'] });"
    page.evaluate(f"{watch} sockets[0].onclose({{}}); port.onmessage({{ data: null }})")
    page.clock.run_for(20_000)
    page.evaluate(watch)
    assert page.evaluate("sockets.length") == 2


PANEL = """<section data-panel>%s</section>
<p id="live" data-versions='{"dashboard": "a"}' data-socket=""></p>"""
WALL = [SERVER, *map(script, ("swap.js", "wall.js", "live.js"))]


def test_a_wall_shows_what_is_stored_and_says_when_it_cannot_be_read(
    timed: Page,
) -> None:
    page = timed
    show(page, PANEL % "old", *WALL)
    text = f'<main id="main">{PANEL % "new"}</main>'
    page.evaluate("given => { answer = { status: 200 }; text = given; }", text)
    page.clock.run_for(21_000)
    expect(page.locator("section")).to_have_text("new")
    expect(page.locator("section")).to_have_class("is-shown")
    page.evaluate("answer = { status: 503 }")
    page.clock.run_for(21_000)
    expect(page.locator("#live")).to_have_text("Server away")
    expect(page.locator("section")).to_have_text("new")


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


ANOMALY_CHART = """
class Chart { static register(plugin) { Chart.plugin = plugin; } }
const chart = {
  options: { plugins: { marks: { data: { anomalies: [
    { at: 2, text: "Anomaly: EC2, +$5.00", url: "/found" } ] } } } },
  scales: { x: { getPixelForValue: (at) => at * 100 } },
  chartArea: { top: 10 }, canvas: document.createElement("canvas"),
};
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
