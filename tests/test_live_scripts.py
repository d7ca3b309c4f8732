"""What the scripts of live pages and of the wall do, while a clock stands still."""

import pytest
from playwright.sync_api import Page, expect

from core.testing.script_pages import script, show

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


def test_nothing_changes_under_a_pointer_until_it_rests(live: Page) -> None:
    box = live.get_by_role("row", name="b").get_by_role("checkbox")
    for second in range(6):
        box.hover(position={"x": 4 + second % 2, "y": 4})
        asked_within(live, 1, status=200, runs="b")
    expect(live.locator("#part")).to_have_text("old")
    expect(live.locator("#live")).to_have_text("New data waits")
    asked_within(live, 4, status=200, runs="b")
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
