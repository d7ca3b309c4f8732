"""What charts draw, write and lead to, told by a pen and a library that only listen."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from core.testing.open_browser import open_browser
from core.testing.script_pages import SITE, script, show

# A day is `step` pixels wide, a dollar one pixel high, and a letter six wide.
CHART = """
const drawn = [], calls = [];
let step = 100;
const pen = new Proxy({}, {
  get: (_, name) => name === "measureText" ? (text) => ({ width: 6 * text.length })
    : (...given) => { calls.push([name, ...given]); },
  set: (_, name, value) => calls.push([name, value]) > 0,
});
class Chart {
  static defaults = { font: {} };
  static register(plugin) { Chart.plugin = plugin; }
  constructor(canvas, { data, options, plugins }) {
    Object.assign(this, { canvas, data, options, plugins, ctx: pen });
    Object.assign(this, { width: 900, height: 400, hidden: new Set(), updates: 0 });
    this.chartArea = { left: 0, right: 400, width: 400, top: 50, bottom: 150 };
    this.chartArea.height = 100;
    this.scales = {
      x: {
        getPixelForValue: (at) => 50 + step * at,
        getValueForPixel: (x) => Math.round((x - 50) / step),
      },
      y: { getPixelForValue: (value) => 150 - value },
    };
    for (const plugin of plugins) plugin.beforeInit?.(this);
    drawn.push(this);
  }
  isDatasetVisible(index) { return !this.hidden.has(index); }
  setDatasetVisibility(index, isShown) {
    this.hidden[isShown ? "delete" : "add"](index);
  }
  update() { this.updates += 1; }
  destroy() { this.canvas = null; }
  getElementsAtEventForMode(...asked) { this.asked = asked; return this.found ?? []; }
}
const dataOf = (chart) => chart.options.plugins.marks.data;
const pass = (name) => {
  calls.length = 0;
  drawn[0].plugins[0][name](drawn[0], null, { data: dataOf(drawn[0]) });
  return calls;
};
const footer = (dataIndex) => drawn[0].options.plugins.tooltip.callbacks.footer(
  [{ chart: drawn[0], dataIndex }]);
"""
NAMES = ("chart_axis", "chart_expected", "chart_colors", "charts")
COLORS = ("muted", "line", "text", "surface", "warn", "warn-soft", "c-other", "c1")
STYLE = ";".join(f"--{one}: rgb({at}, 0, 0)" for at, one in enumerate(COLORS))
COLOR = {one: f"rgb({at}, 0, 0)" for at, one in enumerate(COLORS)}
DAYS = [f"2026-01-0{day}" for day in range(1, 5)]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_browser.tab(base_url=SITE) as tab:
        yield tab.page


def draw(page: Page, *values: list[float | None], more: str = "", **given: Any) -> None:
    """Draw a chart of one series for each list of values."""
    series = [
        {"label": f"s{at}", "color": "c1", "values": one}
        for at, one in enumerate(values)
    ]
    days = {"labels": DAYS, "estimated": [False] * 4, "granularity": "daily"}
    data = {"kind": "stacked", "unit": "USD", "series": series, **days, **given}
    body = f"""<style>:root {{ {STYLE} }}</style>{more}
    <ul data-legend="net"></ul><canvas data-chart="net"></canvas>
    <script type="application/json" id="net">{json.dumps(data)}</script>"""
    show(page, body, CHART, *(script(f"{name}.js") for name in NAMES))


def test_behind_a_chart_are_its_estimated_days_and_intervals(page: Page) -> None:
    high, low = [10, None, 30, 40], [5, 5, 20, 39.5]
    band = [
        {"label": "high", "color": "c1", "band": "upper", "values": high},
        {"label": "low", "color": "c1", "band": "lower", "values": low},
    ]
    estimated = [False, False, True, True]
    draw(page, kind="line", series=band, estimated=estimated)
    assert page.evaluate("pass('beforeDatasetsDraw')") == [
        *(["save"], ["beginPath"], ["rect", 0, 50, 400, 100], ["clip"]),
        *(["globalAlpha", 0.5], ["fillStyle", COLOR["warn-soft"]]),
        ["fillRect", 200, 50, 200, 100],
        *(["globalAlpha", 0.22], ["fillStyle", COLOR["c1"]]),
        *(["fillRect", 0, 140, 100, 5], ["fillRect", 200, 120, 100, 10]),
        *(["fillRect", 300, 110, 100, 1], ["restore"]),
    ]
    page.evaluate("drawn[0].hidden.add(0)")
    assert len(page.evaluate("pass('beforeDatasetsDraw')")) == 9


ABOVE = [["save"], ["textAlign", "center"], ["textBaseline", "middle"]]


def above(page: Page) -> list[list[Any]]:
    """What is drawn above, but for the font, which is the page's."""
    found: list[list[Any]] = page.evaluate("pass('afterDatasetsDraw')")
    return [one for one in found if one[0] != "font"]


def test_above_a_chart_are_estimated_cut_and_restated_days(page: Page) -> None:
    estimated, restated = [False, False, True, True], [None, 2, None, None]
    draw(page, [300, 50, 40, 60], estimated=estimated, restated=restated)
    assert page.evaluate("drawn[0].cut") == 65
    assert above(page) == [
        *(*ABOVE, ["strokeStyle", COLOR["warn"]], ["beginPath"]),
        *(["moveTo", 201, 15], ["lineTo", 201, 7.5], ["lineTo", 268, 7.5]),
        *(["moveTo", 332, 7.5], ["lineTo", 399, 7.5], ["lineTo", 399, 15], ["stroke"]),
        *(["fillStyle", COLOR["warn"]], ["fillText", "estimated", 300, 7.5]),
        *(["strokeStyle", COLOR["surface"]], ["lineWidth", 3], ["beginPath"]),
        *(["moveTo", 0, 64], ["lineTo", 100, 58], ["stroke"]),
        *(["fillStyle", COLOR["text"]], ["fillText", "↑ $300", 50, 22.5]),
        *(["fillStyle", COLOR["warn"]], ["beginPath"], ["moveTo", 146, 41]),
        *(["lineTo", 154, 41], ["lineTo", 150, 48], ["fill"], ["restore"]),
    ]
    assert page.evaluate("drawn[0].options.layout.padding.top") == 45


def test_what_has_no_room_above_a_chart_is_not_written(page: Page) -> None:
    days = ["2026-01-01", "2026-01-02", "2026-02-01", "2026-02-02", "2026-03-01"]
    estimated = [False, False, False, True, False]
    draw(page, [300, 9, 300, 9, 300], labels=days, estimated=estimated)
    page.evaluate("step = 20")
    found = above(page)
    bracket = [["moveTo", 101, 15], ["lineTo", 101, 7.5], ["lineTo", 119, 7.5]]
    assert found[5:9] == [*bracket, ["lineTo", 119, 15]]
    texts = [one for one in found if one[0] == "fillText"]
    assert texts == [
        ["fillText", "↑ $300", 50, 22.5],
        ["fillText", "↑ $300", 130, 22.5],
    ]
    page.evaluate("Object.assign(drawn[0].chartArea, { left: 40, right: 140 })")
    texts = [one for one in above(page) if one[0] == "fillText"]
    assert [one[2] for one in texts] == [58, 122]  # within the area


def hatch(left: float, above: float, width: float, height: float) -> list[list[Any]]:
    lines: list[list[Any]] = []
    for at in range(-int(height), int(width), 6):
        lines += [["moveTo", left + at, above + height]]
        lines += [["lineTo", left + at + height, above]]
    rect = ["rect", left, above, width, height]
    begun: list[list[Any]] = [["save"], ["beginPath"], rect, ["clip"], ["beginPath"]]
    return [*begun, *lines, ["globalAlpha", 0.45], ["stroke"], ["restore"]]


def test_what_is_still_expected_of_a_day_stands_on_what_is_known(page: Page) -> None:
    draw(page, [30, 50, 40, 60], expected=[0, 0, 0, 20])
    bar = ["strokeRect", 307.5, 70, 85, 20]
    begun = [["save"], ["beginPath"], ["rect", 0, 50, 400, 100], ["clip"]]
    begun += [["lineWidth", 1], ["strokeStyle", COLOR["muted"]]]
    found = above(page)
    expected = [*begun, bar, *hatch(307.5, 70, 85, 20), ["restore"]]
    assert found[: len(expected)] == expected
    assert page.evaluate("drawn[0].options.scales.y.suggestedMax") == 80
    page.evaluate("drawn[0].hidden.add(0)")  # of what is shown it is unknown how much
    expected = [*begun, *hatch(307.5, 50, 85, 100), ["restore"]]
    assert above(page)[: len(expected)] == expected


def test_expected_days_of_lines_have_a_ground(page: Page) -> None:
    draw(page, [30, 50, 40, 60], kind="line", expected=[0, 0, 0, -20])
    found = above(page)
    assert not [one for one in found if one[0] == "strokeRect"]
    assert hatch(307.5, 50, 85, 100)[2] in found
    assert page.evaluate("drawn[0].options.scales.y.suggestedMax ?? null") is None
    assert page.evaluate("footer(3)") == ["Still expected: −$20.00"]


def test_a_tooltip_lists_the_largest_and_adds_up_all(page: Page) -> None:
    days = [[5, 1, 0, 0], *([value, 0, 0, 0] for value in (-4, 3, 2, 1))]
    values: list[list[float | None]] = [[*one] for one in days]
    draw(
        page,
        *values,
        estimated=[True, False, False, False],
        expected=[20, 0, 0, 0],
        restated=[-2, None, 3, None],
    )
    page.evaluate("drawn[0].height = 158")
    assert page.evaluate("footer(0)") == [
        *("1 more: $1.00", "Total: $7.00"),
        *("Still expected: +$20.00", "Restated by −$2.00"),
    ]
    page.evaluate("drawn[0].height = 157")
    assert page.evaluate("footer(0)")[0] == "2 more: $3.00"
    page.evaluate("drawn[0].height = 9")
    assert page.evaluate("footer(0)")[0] == "2 more: $3.00"
    assert page.evaluate("footer(1)") == []
    assert page.evaluate("footer(2)") == ["Restated by +$3.00"]
    ask = "given => drawn[0].options.plugins.tooltip.%s"
    of = "{ chart: drawn[0], dataIndex: 0, ...given }"
    listed = [
        page.evaluate(ask % f"filter({of})", {"datasetIndex": at, "raw": 1})
        for at in range(5)
    ]
    assert listed == [True, True, True, False, False]
    assert not page.evaluate(ask % f"filter({of})", {"datasetIndex": 0, "raw": None})
    assert page.evaluate(ask % "itemSort({ raw: 1 }, { raw: 3 })", None) == 2
    title = "callbacks.title([{ dataIndex: given }])"
    assert page.evaluate(ask % title, 0) == "Thu 1 Jan 2026 (estimated)"
    assert page.evaluate(ask % title, 3) == "Sun 4 Jan 2026"
    assert page.evaluate(ask % "callbacks.title([])", None) == ""
    assert page.evaluate(ask % "caretPadding({ chart: drawn[0] })", None) == 54


@pytest.mark.parametrize(
    ("width", "length", "shown"),
    [(419, 25, "x" * 22 + "…"), (420, 25, "x" * 25), (419, 24, "x" * 24)],
)
def test_only_a_long_name_is_shortened_on_a_phone(
    page: Page, width: int, length: int, shown: str
) -> None:
    draw(page, [1, 1, 1, 1])
    text = page.evaluate(
        """([width, label]) => drawn[0].options.plugins.tooltip.callbacks.label(
        { raw: 5, dataset: { label }, chart: { width } })""",
        [width, "x" * length],
    )
    assert text == f" {shown}: $5.00"


def test_a_point_without_neighbors_is_seen(page: Page) -> None:
    draw(page, [5, None, 5, 5], kind="line")
    radius = "at => drawn[0].data.datasets[0].pointRadius({ dataIndex: at })"
    assert [page.evaluate(radius, at) for at in (0, 2, 3)] == [4, 0, 0]


DATASETS = "JSON.parse(JSON.stringify(drawn[0].data.datasets))"


def test_series_are_drawn_by_their_kind(page: Page) -> None:
    draw(page, [1, 1, 1, 1])
    common = {"label": "s0", "data": [1, 1, 1, 1]}
    common |= dict.fromkeys(["backgroundColor", "hoverBackgroundColor"], COLOR["c1"])
    bar = {"stack": "all", "borderWidth": 0, "maxBarThickness": 96}
    bar |= {"categoryPercentage": 0.9, "barPercentage": 0.95}
    assert page.evaluate(DATASETS) == [common | bar]
    draw(page, [1, 1, 1, 1], kind="line")
    line = {"borderColor": COLOR["c1"], "borderWidth": 2, "pointHoverRadius": 4}
    line |= {"tension": 0, "spanGaps": False}
    assert page.evaluate(DATASETS) == [common | line]


def test_the_legend_hides_series_and_uncuts_the_axis(page: Page) -> None:
    draw(page, [300, 50, 40, 60], [0, 5, 0, 0], expected=[0, 0, 0, 1])
    legend = page.locator("[data-legend]")
    expect(legend.get_by_role("button")).to_have_text(["s0", "s1", "Truncated axis"])
    expect(legend.locator(".legend-note")).to_have_count(2)
    first, _, truncated = legend.get_by_role("button").all()
    expect(first).to_have_attribute("aria-pressed", "true")
    first.click()
    expect(first).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("[...drawn[0].hidden]") == [0]
    assert page.evaluate("drawn[0].cut ?? null") is None
    first.click()
    assert page.evaluate("[drawn[0].hidden.size, drawn[0].cut, drawn[0].updates]") == [
        *(0, 65, 2)
    ]
    truncated.click()
    expect(truncated).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("drawn[0].cut ?? null") is None


def test_an_interval_is_hidden_as_one(page: Page) -> None:
    band = [
        {"label": "high", "name": "80% interval", "band": "upper", "values": [9] * 4},
        {"label": "low", "band": "lower", "values": [1] * 4},
    ]
    draw(page, kind="line", series=band)
    button = page.locator("[data-legend]").get_by_role("button")
    expect(button).to_have_text(["80% interval"])
    button.click()
    assert page.evaluate("[...drawn[0].hidden]") == [0, 1]


RESTATED = """<details><p id="restated-2026-01-02" tabindex="-1">2 Jan</p></details>
<p id="restated" tabindex="-1">all</p>"""


@pytest.mark.parametrize(
    ("x", "y", "focused"),
    [(150, 50, "restated-2026-01-02"), (250, 40, "restated"), (50, 40, "")]
    + [(150, 51, "")],
)
def test_a_mark_leads_to_its_day_in_the_list(
    page: Page, x: int, y: int, focused: str
) -> None:
    draw(page, [1, 1, 1, 1], restated=[None, 2, 3, None], more=RESTATED)
    page.evaluate(
        "at => drawn[0].options.onClick(at, null, drawn[0])", {"x": x, "y": y}
    )
    assert page.evaluate("document.activeElement.id") == focused
    is_open = page.evaluate("document.querySelector('details').open")
    assert is_open == (focused == "restated-2026-01-02")


CLICK = """([distance, pointer]) => {
  const element = { x: 100, y: 100 }, at = { y: 100, x: 100 + distance };
  drawn[0].found = [{ index: 1, datasetIndex: 0, element }];
  const event = { ...at, native: { pointerType: pointer } };
  drawn[0].options.onHover(event, null, drawn[0]);
  drawn[0].options.onClick(event, null, drawn[0]);
  return drawn[0].canvas.style.cursor;
}"""


@pytest.mark.parametrize(("kind", "distance"), [("line", 11), ("stacked", 99)])
def test_a_point_leads_to_its_day(page: Page, kind: str, distance: int) -> None:
    page.route("**/found*", lambda route: route.fulfill(body="found"))
    series = [{"label": "s0", "values": [1, 1, 1, 1], "drill": "/found?period=30d&a=b"}]
    window = ["2026-01-01", "2026-01-05"]
    draw(page, kind=kind, series=series, window=window)
    if kind == "line":
        assert page.evaluate(CLICK, [12, "mouse"]) == ""
    assert page.evaluate(CLICK, [distance, "touch"]) == "pointer"  # shows its tooltip
    is_line = {"intersect": kind != "line", "axis": "xy"}
    assert page.evaluate("drawn[0].asked.slice(1)") == [
        *("nearest" if kind == "line" else "point", is_line, False)
    ]
    page.evaluate(CLICK, [distance, "touch"])
    page.wait_for_url("**/found?a=b&start=2026-01-02&end=2026-01-03&granularity=daily")


def test_a_chart_that_left_the_page_is_forgotten(page: Page) -> None:
    draw(page, [1, 1, 1, 1])
    page.evaluate("document.dispatchEvent(new Event('swapped'))")
    assert page.evaluate("drawn.length") == 1
    page.evaluate(
        """const old = document.querySelector("canvas");
        old.replaceWith(old.cloneNode());
        document.dispatchEvent(new Event("swapped"));"""
    )
    assert page.evaluate("drawn.length") == 2
    page.evaluate("dispatchEvent(new Event('themechange'))")
    assert page.evaluate("drawn.map((one) => one.updates)") == [0, 1]


MARKED = """
const anomalies = [{ at: 2, text: "Anomaly" }];
new Chart(document.createElement("canvas"), {
  plugins: [], options: { plugins: { marks: { data: { anomalies } } } },
});
const titleAt = (x, y) => {
  Chart.plugin.beforeEvent(drawn[0], { event: { type: "mousemove", x, y } });
  return drawn[0].canvas.title;
};
"""


def test_the_mark_of_an_anomaly_is_a_diamond_on_a_line(page: Page) -> None:
    show(page, "", CHART, script("chart_anomalies.js"), MARKED)
    found = page.evaluate("(Chart.plugin.afterDatasetsDraw(drawn[0]), calls)")
    assert [one for one in found if "Style" not in one[0]] == [
        *(["save"], ["setLineDash", [3, 3]], ["beginPath"], ["moveTo", 250, 62]),
        *(["lineTo", 250, 150], ["stroke"], ["beginPath"], ["moveTo", 250, 50]),
        *(["lineTo", 256, 56], ["lineTo", 250, 62], ["lineTo", 244, 56]),
        *(["fill"], ["restore"]),
    ]
    for at in ((261, 56), (239, 56), (250, 67), (250, 45)):
        assert page.evaluate("([x, y]) => titleAt(x, y)", at) == "Anomaly", at
    for at in ((262, 56), (238, 56), (250, 68), (250, 44)):
        assert page.evaluate("([x, y]) => titleAt(x, y)", at) == "", at
    page.evaluate("anomalies.pop(), calls.length = 0")
    page.evaluate("Chart.plugin.afterDatasetsDraw(drawn[0])")
    assert page.evaluate("calls") == []
