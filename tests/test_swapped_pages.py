"""What is changed and what stays when a page shows another address, and when filters
apply, on pages of a few lines."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from core.testing.open_browser import open_browser
from core.testing.script_pages import SITE, script, show


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_browser.tab(base_url=SITE) as tab:
        yield tab.page


# Answers when the test says so; a signal that ends first leaves its page unshown.
SERVER = """
const asked = [], swapped = [];
let text = "", answers = {};
window.fetch = async (url, { signal }) => {
  asked.push([new URL(url, location).search, signal]);
  const given = { ok: true, status: 200, redirected: false, text: async () => text };
  return { ...given, ...answers };
};
addEventListener("swapped", ({ detail }) => swapped.push(detail.isSamePage), true);
"""
BEFORE = """<nav class="filters"><a id="next" href="/?a=2">next</a></nav>
<div id="part" class="part old" data-old="1"><p>before</p></div>
<details id="menu" open><summary>menu</summary></details>
<p id="left">left</p><p><button id="gone">gone</button><a href="#x">beside</a></p>"""
AFTER = """<nav class="filters"><a id="next" href="/?a=3">next</a></nav>
<div id="part" class="part new" data-new="2"><p>after</p><p>more</p></div>
<details id="menu"><summary>menu</summary></details><p><a href="#x">beside</a></p>"""


def answer(page: Page, body: str) -> None:
    text = f'<title>Costs</title><main id="main" tabindex="-1">{body}</main>'
    page.evaluate("given => { text = given; }", text)


@pytest.fixture
def swap(page: Page) -> Page:
    show(page, BEFORE, SERVER, script("swap.js"))
    answer(page, AFTER)
    return page


def test_what_differs_is_changed_and_elements_stay(swap: Page) -> None:
    swap.evaluate("document.getElementById('part').isTheOldOne = true")
    steps = swap.evaluate("history.length")
    swap.locator("#next").click()
    expect(swap.locator("#part p")).to_have_text(["after", "more"])
    expect(swap).to_have_url(f"{SITE}/?a=2")
    part = swap.locator("#part")
    expect(part).to_have_class("part new")
    expect(part).to_have_attribute("data-new", "2")
    assert part.get_attribute("data-old") is None
    assert swap.evaluate("document.getElementById('part').isTheOldOne")
    expect(swap.locator("#next")).to_have_attribute("href", "/?a=3")
    expect(swap.locator("#left")).to_have_count(0)
    assert swap.evaluate("document.getElementById('menu').open")
    expect(swap).to_have_title("Costs")
    expect(swap.locator("[role=status]")).to_have_text("Costs: updated")
    assert swap.evaluate("swapped") == [False]
    assert swap.evaluate("document.getElementById('main').ariaBusy") is None
    assert swap.evaluate("history.length") == steps + 1


def test_the_focus_lands_beside_what_is_gone(swap: Page) -> None:
    swap.locator("#gone").focus()
    swap.evaluate("swap.go('/?a=2')")
    expect(swap.locator("#gone")).to_have_count(0)
    swap.wait_for_function("document.activeElement.textContent === 'beside'")


def test_the_same_address_is_not_asked_for_and_one_that_goes_on_is_no_step(
    swap: Page,
) -> None:
    steps = swap.evaluate("history.length")
    swap.evaluate("swap.go('/')")
    assert swap.evaluate("asked") == []
    swap.evaluate("swap.go('/?a=2', true)")
    expect(swap.locator("#left")).to_have_count(0)
    assert swap.evaluate("history.length") == steps
    expect(swap).to_have_url(f"{SITE}/?a=2")


def test_only_the_newest_address_is_shown(swap: Page) -> None:
    swap.evaluate("swap.go('/?a=2'); swap.go('/?a=3')")
    expect(swap.locator("#left")).to_have_count(0)
    aborted = "asked.map(([search, signal]) => [search, signal.aborted])"
    assert swap.evaluate(aborted) == [["?a=2", True], ["?a=3", False]]
    assert swap.evaluate("swapped") == [False]


@pytest.mark.parametrize("wrong", [{"ok": False, "status": 500}, {"redirected": True}])
def test_what_can_not_be_shown_here_is_loaded(
    swap: Page, wrong: dict[str, object]
) -> None:
    swap.route("**/?a=2", lambda route: route.fulfill(body="loaded"))
    swap.evaluate("given => { answers = given; swap.go('/?a=2'); }", wrong)
    expect(swap.locator("body")).to_have_text("loaded")


def test_another_page_is_loaded(swap: Page) -> None:
    swap.route("**/other", lambda route: route.fulfill(body="other"))
    swap.evaluate("swap.go('/other')")
    expect(swap.locator("body")).to_have_text("other")


def test_going_back_shows_the_address_before(swap: Page) -> None:
    swap.evaluate("swap.go('/?a=2')")
    expect(swap.locator("#left")).to_have_count(0)
    answer(swap, BEFORE)
    swap.go_back()
    expect(swap.locator("#left")).to_have_count(1)
    assert swap.evaluate("asked.map(([search]) => search)") == ["?a=2", ""]


CLICKED = """([link, given]) => {
  const nav = document.querySelector("nav");
  nav.innerHTML = link;
  const event = new MouseEvent("click", { bubbles: true, cancelable: true, ...given });
  let taken = false;
  addEventListener("click", (one) => {
    taken = one.defaultPrevented;
    one.preventDefault();
  }, { once: true });
  nav.firstChild.dispatchEvent(event);
  return taken;
}"""


@pytest.mark.parametrize(
    ("link", "given", "is_taken"),
    [
        ('<a href="/?a=2">a</a>', {}, True),
        ('<a href="/?a=2">a</a>', {"ctrlKey": True}, False),
        ('<a href="/?a=2">a</a>', {"metaKey": True}, False),
        ('<a href="/?a=2">a</a>', {"shiftKey": True}, False),
        ('<a href="/?a=2">a</a>', {"altKey": True}, False),
        ('<a href="/?a=2">a</a>', {"button": 1}, False),
        ('<a href="/?a=2#b">a</a>', {}, False),
        ('<a href="/other?a=2">a</a>', {}, False),
        ('<a href="/?a=2" target="_blank">a</a>', {}, False),
        ('<a href="/?a=2" download>a</a>', {}, False),
        ("<b>a</b>", {}, False),
    ],
)
def test_a_plain_click_on_a_filter_is_shown_here(
    swap: Page, link: str, given: dict[str, object], is_taken: bool
) -> None:
    assert swap.evaluate(CLICKED, [link, given]) == is_taken
    assert swap.evaluate("asked.length") == int(is_taken)


def test_a_link_that_is_no_filter_is_left_to_the_browser(swap: Page) -> None:
    swap.evaluate("document.querySelector('nav').className = ''")
    assert not swap.evaluate(CLICKED, ['<a href="/?a=2">a</a>', {}])


DATES = """<form method="get" action="/" data-submit="on-change"><div class="dates">
<input type="date" name="start" value="2026-03-05" min="2026-03-01" max="2026-03-31">
<input type="date" name="end" value="2026-03-10" min="2026-03-01" max="2026-03-31">
<p class="field-error"></p></div><input type="hidden" name="period" value="30d">
<select name="state" data-default="any"><option>any</option><option>on</option></select>
<input type="search" name="q"></form>"""
GONE_TO = """
const goneTo = [];
const swap = { go: ({ search }, goesOn) => goneTo.push([search, goesOn]) };
"""


@pytest.fixture
def form(timed: Page) -> Page:
    show(timed, DATES, GONE_TO, script("forms.js"))
    return timed


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [
        ("2026-03-10", "2026-03-10", "From must be before To (exclusive)."),
        ("2026-02-28", "2026-03-10", "Choose days from 2026-03-01 to 2026-03-31."),
        ("2026-03-05", "2026-04-01", "Choose days from 2026-03-01 to 2026-03-31."),
    ],
)
def test_wrong_days_are_named_beside_them_and_not_applied(
    form: Page, start: str, end: str, fault: str
) -> None:
    form.locator("[name=start]").fill(start)
    form.locator("[name=end]").fill(end)
    form.evaluate("goneTo.length = 0")
    form.evaluate("document.querySelector('form').requestSubmit()")
    expect(form.locator(".field-error")).to_have_text(fault)
    expect(form.locator("[name=end]")).to_have_attribute("aria-invalid", "true")
    assert form.evaluate("goneTo") == []
    form.locator("[name=start]").fill("2026-03-09")
    form.locator("[name=end]").fill("2026-03-10")
    expect(form.locator(".field-error")).to_have_text("")
    expect(form.locator("[name=end]")).to_have_attribute("aria-invalid", "false")


def test_days_that_were_changed_replace_the_period(form: Page) -> None:
    form.evaluate("document.querySelector('form').requestSubmit()")
    form.locator("[name=start]").fill("2026-03-06")
    form.locator("[name=state]").select_option("on")
    assert form.evaluate("goneTo") == [
        ["?period=30d", False],
        ["?start=2026-03-06&end=2026-03-10", False],
        ["?start=2026-03-06&end=2026-03-10&state=on", False],
    ]


def test_a_search_is_applied_once_typing_pauses_as_one_step(form: Page) -> None:
    field = form.locator("[name=q]")
    field.press_sequentially("we")
    form.clock.run_for(390)
    assert form.evaluate("goneTo") == []
    field.press("b")
    form.clock.run_for(390)
    assert form.evaluate("goneTo") == []
    form.clock.run_for(20)
    assert form.evaluate("goneTo") == [["?period=30d&q=web", False]]
    field.press("1")
    form.clock.run_for(410)
    assert form.evaluate("goneTo[1]") == ["?period=30d&q=web1", True]


PICKER = """<form method="get" action="/" data-submit="on-change">
<details class="picker"><summary>Service</summary><div>
<p class="picker-search"><input></p>
<p class="picker-option">EC2 <input type="checkbox" name="service" value="EC2">
<input type="checkbox" name="exclude_service" value="EC2"></p>
<p class="picker-option">RDS <input type="checkbox" name="service" value="RDS"></p>
</div></details></form><button id="outside">outside</button>"""


@pytest.fixture
def picker(timed: Page) -> Page:
    show(timed, PICKER, GONE_TO, script("forms.js"))
    timed.locator("summary").click()
    return timed


def test_a_picker_applies_what_was_chosen_when_it_closes(picker: Page) -> None:
    picker.locator("[name=service][value=EC2]").check()
    picker.locator("[name=exclude_service]").check()
    expect(picker.locator("[name=service][value=EC2]")).not_to_be_checked()
    picker.locator("[name=service][value=RDS]").check()
    assert picker.evaluate("goneTo") == []
    picker.locator("#outside").click()
    expect(picker.locator("details")).not_to_have_attribute("open", "")
    picker.wait_for_function("goneTo.length === 1")
    assert picker.evaluate("goneTo[0][0]") == "?exclude_service=EC2&service=RDS"


def test_a_picker_is_searched_and_left_by_the_keyboard(picker: Page) -> None:
    search = picker.locator(".picker-search input")
    search.fill(" rd ")
    shown = picker.locator(".picker-option:visible")
    expect(shown).to_have_count(1)
    search.press("Enter")
    expect(picker.locator("[value=RDS]")).to_be_focused()
    picker.keyboard.press("Escape")
    expect(picker.locator("summary")).to_be_focused()
    picker.locator("summary").click()
    expect(shown).to_have_count(2)
    expect(search).to_have_value("")
    assert picker.evaluate("goneTo") == []
