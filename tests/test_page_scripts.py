"""What each script of the pages does at its edges, on pages of a few lines."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from core.testing.open_browser import open_browser
from core.testing.script_pages import SITE, script, show


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_browser.tab(base_url=SITE) as tab:
        yield tab.page


TABLES = """<div class="scroll"><table id="costs"><thead><tr>
<th>Service</th><th>Cost</th><th><span class="unseen">Links</span></th></tr></thead>
<tbody><tr><th>EC2</th><td>—</td><td><input></td></tr></tbody>
<tfoot><tr><th colspan="2">Total</th><td></td></tr></tfoot></table></div>
<div class="scroll"><table id="short"><thead><tr><th>A</th><th>B</th></tr></thead>
<tbody><tr><td>a</td></tr></tbody></table></div>
<div class="scroll"><table id="bare"><tbody><tr><td>a</td></tr></tbody></table></div>
<div class="explanation"><div class="scroll"><table id="words"><thead><tr><th>A</th>
</tr></thead><tbody><tr><td>a</td></tr></tbody></table></div></div>"""
CELLS = """[...document.querySelectorAll("#costs td")].map(
    (one) => [one.dataset.label, one.hasAttribute("data-empty")])"""


def test_a_cell_of_a_card_has_the_name_of_its_column(page: Page) -> None:
    show(page, TABLES, script("cards.js"))
    assert page.evaluate(CELLS) == [["Cost", True], ["", False], ["", True]]
    cards = "[...document.querySelectorAll('[data-cards]')].map((one) => one.id)"
    assert page.evaluate(cards) == ["costs"]
    page.evaluate(
        """const cell = document.querySelector("#costs td");
        cell.textContent = "$5";
        cell.after(document.createComment("changed"));"""
    )
    page.wait_for_function(f"!({CELLS})[0][1]")


LINE = """<style>.ranges { display: flex; width: 100px; overflow: auto; }
.ranges a { flex: none; width: 50px; }</style>
<nav class="ranges">%s</nav>"""


@pytest.mark.parametrize(("links", "left"), [(8, 150), (2, 0)])
def test_the_current_link_of_a_line_is_in_its_middle(
    page: Page, links: int, left: int
) -> None:
    current = 3 if links > 2 else 1
    made = [
        f'<a href="#"{" aria-current=page" if at == current else ""}>{at}</a>'
        for at in range(links)
    ]
    show(page, LINE % "".join(made), script("lines.js"))
    scrolled = "document.querySelector('.ranges').scrollLeft"
    middle = 50 * current + 25 - 50
    assert page.evaluate(scrolled) == (middle if links > 2 else 0)
    page.evaluate(f"{scrolled} = 0; document.dispatchEvent(new Event('swapped'))")
    assert page.evaluate(scrolled) == (middle if links > 2 else 0)


THEMES = """<form id="themes" hidden>
<input type="radio" name="theme" value="auto"><input type="radio" name="theme"
value="light"><input type="radio" name="theme" value="dark"></form>"""
THEME = "document.documentElement.dataset.theme ?? 'auto'"


def test_chosen_colors_are_stored_and_paper_is_light(page: Page) -> None:
    show(page, THEMES, "let heard = 0; addEventListener('themechange', () => heard++);")
    page.add_script_tag(content=script("theme.js"))
    page.evaluate("document.dispatchEvent(new Event('DOMContentLoaded'))")
    assert page.evaluate(f"[{THEME}, heard]") == ["auto", 1]
    page.locator("[value=dark]").check()
    assert page.evaluate(f"[{THEME}, heard]") == ["dark", 2]
    assert page.evaluate("localStorage.adminTheme") == '"dark"'
    for event, theme in (("beforeprint", "light"), ("afterprint", "dark")):
        page.evaluate("name => dispatchEvent(new Event(name))", event)
        assert page.evaluate(THEME) == theme
    for stored, theme in (("light", "light"), ('"light"', "light"), ("blue", "auto")):
        page.evaluate(
            "stored => { localStorage.adminTheme = stored; "
            "dispatchEvent(new Event('storage')); }",
            stored,
        )
        assert page.evaluate(THEME) == theme
    page.evaluate("localStorage.clear()")


PANELS = """<section data-panel>0</section><section data-panel>1</section>
<section data-panel>2</section>"""


def test_a_wall_shows_one_panel_after_the_other(timed: Page) -> None:
    page = timed
    show(page, PANELS, script("wall.js"))
    shown = page.locator(".is-shown")
    expect(shown).to_have_text("0")
    page.clock.run_for(11_900)
    expect(shown).to_have_text("0")
    page.clock.run_for(200)
    expect(shown).to_have_text("1")
    page.clock.run_for(24_000)
    expect(shown).to_have_text("0")
    for key, text in (("ArrowLeft", "2"), ("ArrowRight", "0"), ("a", "0")):
        page.keyboard.press(key)
        expect(shown).to_have_text(text)
    expect(page.locator("body")).to_have_class("rotates")
    page.keyboard.press("ArrowRight")
    page.evaluate("document.querySelector('.is-shown').className = ''")
    page.evaluate("document.dispatchEvent(new Event('swapped'))")
    expect(shown).to_have_text("1")
    page.evaluate("window.isTheSame = true")
    page.evaluate("document.dispatchEvent(new Event('stopped'))")
    page.wait_for_function("window.isTheSame === undefined")


SEARCH = """<a data-search href="/search/">Search</a>
<dialog id="search" data-url="/api/search"><form action="/search/">
<input name="q"></form><ul></ul><p role="status"></p></dialog>"""
ANSWERS = """
const asked = [];
let found = [], isRefused = false;
window.fetch = async (url) => {
  asked.push(url);
  return { ok: !isRefused, status: 500, json: async () => found };
};
"""
HITS = [
    {"url": "/one", "name": "web", "detail": "i-1", "kind": "Instance"},
    {"url": "/two", "name": "db", "detail": "d-1", "kind": "Database"},
]


@pytest.fixture
def search(timed: Page) -> Page:
    show(timed, SEARCH, ANSWERS, script("search.js"))
    timed.keyboard.press("Control+k")
    expect(timed.locator("dialog")).to_be_visible()
    return timed


def type_(page: Page, text: str, found: list[dict[str, str]]) -> None:
    page.evaluate("hits => { found = hits; }", found)
    page.locator("[name=q]").fill(text)
    page.clock.run_for(160)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "Nothing has this name."), (1, "1 result"), (2, "2 results")],
)
def test_a_search_says_how_many_it_found(search: Page, count: int, text: str) -> None:
    search.locator("[name=q]").fill("w")
    search.clock.run_for(140)
    assert search.evaluate("asked") == []
    type_(search, " we&b ", HITS[:count])
    assert search.evaluate("asked") == ["/api/search?q=we%26b"]
    expect(search.locator("[role=status]")).to_have_text(text)
    expect(search.locator("dialog li")).to_have_count(count)
    type_(search, " ", HITS)
    expect(search.locator("[role=status]")).to_have_text("")
    expect(search.locator("dialog li")).to_have_count(0)
    assert search.evaluate("asked.length") == 1


def test_a_hit_has_its_name_detail_and_kind(search: Page) -> None:
    type_(search, "web", HITS[:1])
    parts = search.locator("dialog li a span")
    expect(parts).to_have_text(["web", "i-1", "Instance"])
    classes = parts.evaluate_all("all => all.map((one) => one.className)")
    assert classes == ["", "muted", "badge"]


def test_arrow_keys_walk_around_the_hits(search: Page) -> None:
    type_(search, "x", HITS)
    focused = "document.activeElement.getAttribute('href')"
    expect(search.locator("dialog li")).to_have_count(2)
    for key, link in (
        *(("ArrowDown", "/one"), ("ArrowDown", "/two"), ("ArrowDown", None)),
        *(("ArrowUp", "/two"), ("ArrowUp", "/one"), ("ArrowUp", None)),
    ):
        search.keyboard.press(key)
        assert search.evaluate(focused) == link, key


def test_enter_opens_the_first_of_what_is_shown_for_this_text(search: Page) -> None:
    search.route("**/one", lambda route: route.fulfill(body="one"))
    search.route("**/search/*", lambda route: route.fulfill(body="all"))
    type_(search, "web", HITS)
    expect(search.locator("dialog li")).to_have_count(2)
    search.keyboard.press("Enter")
    search.wait_for_url("**/one")


def test_enter_asks_the_page_where_the_text_is_newer(search: Page) -> None:
    search.route("**/search/*", lambda route: route.fulfill(body="all"))
    type_(search, "web", HITS)
    expect(search.locator("dialog li")).to_have_count(2)
    search.locator("[name=q]").fill("webs")
    search.keyboard.press("Enter")
    search.wait_for_url("**/search/?q=webs")


def test_a_search_that_fails_says_so(search: Page) -> None:
    search.evaluate("isRefused = true")
    type_(search, "web", HITS)
    expect(search.locator("[role=status]")).to_have_text(
        "Search is unavailable. Press Enter to try again."
    )
    expect(search.locator("dialog li")).to_have_count(0)


@pytest.mark.parametrize(
    ("keys", "opens"),
    [("Control+K", True), ("Meta+k", True), ("k", False), ("Control+j", False)]
    + [("Control+Alt+k", False), ("Control+Shift+k", False)],
)
def test_the_search_has_one_shortcut(page: Page, keys: str, opens: bool) -> None:
    show(page, SEARCH, ANSWERS, script("search.js"))
    held, _, key = keys.rpartition("+")
    page.evaluate(
        """([key, held]) => document.dispatchEvent(new KeyboardEvent("keydown", {
        key, ctrlKey: held.includes("Control"), metaKey: held.includes("Meta"),
        altKey: held.includes("Alt"), shiftKey: held.includes("Shift") }))""",
        [key, held],
    )
    assert page.evaluate("document.getElementById('search').open") == opens


SOCKETS = """
const sockets = [], told = [], waits = [];
let random = 0.5;
Math.random = () => random;
window.WebSocket = class {
  static OPEN = 1;
  readyState = 1;
  sent = [];
  constructor(url) { this.url = url; sockets.push(this); }
  send(text) { this.sent.push(JSON.parse(text)); }
};
window.name = "wss://site.test/live";
window.onconnect = null;
const port = { postMessage: (message) => told.push(message) };
const newest = () => sockets.at(-1);
"""


@pytest.fixture
def socket(timed: Page) -> Page:
    connect = "onconnect({ ports: [port] });"
    show(timed, "", SOCKETS, script("live_socket.js"), connect)
    timed.evaluate("port.onmessage({ data: ['runs', 'costs'] })")
    return timed


def test_a_socket_says_what_pages_watch_and_tells_what_it_hears(socket: Page) -> None:
    assert socket.evaluate("told.splice(0)") == [
        {"state": "connecting", "versions": {}}
    ]
    assert socket.evaluate("newest().url") == "wss://site.test/live"
    socket.evaluate("newest().onopen()")
    assert socket.evaluate("newest().sent") == [{"subscribe": ["runs", "costs"]}]
    socket.evaluate("port.onmessage({ data: ['runs'] })")
    assert socket.evaluate("newest().sent.length") == 1, "it watches that already"
    socket.evaluate("port.onmessage({ data: ['runs', 'alerts'] })")
    assert socket.evaluate("newest().sent[1]") == {"subscribe": ["runs", "alerts"]}
    assert socket.evaluate("sockets.length") == 1
    socket.evaluate("told.length = 0")
    hear = "text => newest().onmessage({ data: text })"
    socket.evaluate(hear, '{"versions": {"runs": "a"}, "spread": 2}')
    socket.evaluate(hear, '{"events": [{"kind": "runs", "version": "b"}]}')
    socket.evaluate(hear, '{"away": true}')
    assert socket.evaluate("told.splice(0)") == [
        {"state": "live", "versions": {"runs": "a"}, "spread": 2},
        {"state": "live", "versions": {"runs": "b"}, "spread": None},
        {"state": "away"},
    ]
    socket.evaluate("port.onmessage({ data: ['runs'] })")
    assert socket.evaluate("told") == [{"state": "away", "versions": {"runs": "b"}}]


def test_a_socket_that_ends_is_tried_ever_more_seldom(socket: Page) -> None:
    socket.evaluate("newest().onopen()")
    close = "code => { told.length = 0; newest().onclose({ code }); }"
    socket.evaluate(close, 1006)
    assert socket.evaluate("told") == [{"state": "polling", "isStale": False}]
    for wait in (1000, 2000, 4000, 8000, 15000, 15000):
        before = socket.evaluate("sockets.length")
        socket.clock.run_for(wait - 50)
        assert socket.evaluate("sockets.length") == before, wait
        socket.clock.run_for(100)
        assert socket.evaluate("sockets.length") == before + 1, wait
        socket.evaluate(close, 1006)
    socket.clock.run_for(15_100)
    socket.evaluate("newest().onopen()")
    assert socket.evaluate("newest().sent") == [{"subscribe": ["runs", "costs"]}]
    socket.evaluate("newest().onmessage({ data: '{\"versions\": {}}' })")
    socket.evaluate("random = 0")
    socket.evaluate(close, 4403)
    assert socket.evaluate("told") == [{"state": "reconnecting", "isStale": True}]
    before = socket.evaluate("sockets.length")
    socket.clock.run_for(450)
    assert socket.evaluate("sockets.length") == before
    socket.clock.run_for(100)
    assert socket.evaluate("sockets.length") == before + 1


def test_without_pages_no_socket_is_opened(socket: Page) -> None:
    socket.evaluate("port.onmessage({ data: null }); newest().onclose({ code: 1 })")
    socket.clock.run_for(60_000)
    assert socket.evaluate("sockets.length") == 1
