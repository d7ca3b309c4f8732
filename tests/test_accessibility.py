"""No page shuts anybody out: axe-core finds no serious fault, on a desk and a phone,
by day and by night, with data and without."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.utils import timezone
from playwright.sync_api import Browser, Page, TimeoutError, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from clouds.testing import account
from core.testing.browser import DESK, PHONE, is_no_wider, let_in
from core.testing.open_browser import open_browser
from core.windows import last_complete_days
from costs.testing import store_costs
from inventory.kinds import Kind
from inventory.testing import instance, one_of_each
from metrics.testing import store_cpu, store_usage
from syncs.backfills.planning import propose
from syncs.datasets import Dataset
from syncs.models import Incident
from syncs.testing import OF_AWS, run
from users.testing import person

pytestmark = pytest.mark.only_on("postgresql")

SERIOUS = {"serious", "critical"}
LISTS = ["/", "/costs/", "/instances/", "/cpu/", "/syncs/"]
LISTS += ["/resources/", "/storage/", "/databases/", "/network/"]
LISTS += ["/costs/changes/", "/teams/", "/coverage/", "/search/", "/search/?q=a"]
LISTS += ["/costs/views/", "/resources/untagged/", "/insights/savings/"]
INSIGHTS = [f"/insights/{name}" for name in ("", "mine/", "forecasts/", "anomalies/")]
INSIGHTS += [f"/insights/{name}/" for name in ("recommendations", "advice", "budgets")]
OWN = ["/password/", "/tokens/"]
ERRORS = ["/nothing/", "/instances/999/"]
LOOKS: list[tuple[ViewportSize, Literal["light", "dark"]]] = [
    (DESK, "light"),
    (PHONE, "dark"),
]
# What is the same as on a page before, and lies in the same, has the same faults: the
# frame, and most rows of tables, are looked at once.
PARTS = "header, footer, nav, aside, section, form, details, table, tr, li"
# Stylesheets are our own: axe need not fetch them again. What a rule finds has the
# impact of the rule, so that those of less need not run.
RUN = """async ([parts, seen]) => {
    const isLess = ({ impact }) => ["minor", "moderate"].includes(impact);
    const lesser = axe._audit.rules.filter(isLess);
    const rules = Object.fromEntries(lesser.map(({ id }) => [id, { enabled: false }]));
    const place = (node) => node
        ? node.tagName + node.getAttribute("class") + place(node.parentElement) : "";
    const sum = (text, start) => {
        for (let at = 0; at < text.length; at += 1)
            start = Math.imul(start ^ text.charCodeAt(at), 16777619);
        return start;
    };
    const nameOf = (node) => {
        const text = node.outerHTML.replace(/value="\\w{64}"/g, "")
            + place(node.parentElement);
        return `${sum(text, 1)} ${sum(text, 2166136261)} ${text.length}`;
    };
    // What is hidden, as in details that are closed, is not looked at.
    const isShown = (node) => node.checkVisibility();
    const nodes = [...document.querySelectorAll(parts)].filter(isShown);
    const names = nodes.map(nameOf);
    const before = new Set(seen);
    const exclude = nodes.filter((_, number) => before.has(names[number]));
    const options = { resultTypes: ["violations"], preload: false, rules };
    const found = await axe.run({ include: [document], exclude }, options);
    return [found.violations, names];
}"""
Look = tuple[int, str]
seen: dict[Look, set[str]] = {}


@pytest.fixture
def page(
    browser: Browser, transactional_db: None, live_server: LiveServer
) -> Iterator[Page]:
    with open_browser.tab(base_url=live_server.url, viewport=DESK) as tab:
        yield tab.page


@pytest.fixture
def company() -> list[str]:
    """One of everything that has a page of its own; the addresses of those."""
    now = timezone.now()
    owner = account(1, "production")
    days = last_complete_days(70, now)
    store_costs(owner, days, {"AWS Lambda": "15", "Amazon RDS": "20"})
    store_cpu(instance(owner, "web-1"), last_complete_days(20, now), 2.0)
    machine = instance(owner, "old", gone_since=now, state="stopped")
    machine.changes.create(
        at=now, field="state", old_value="stopped", new_value="terminated"
    )
    for dataset in OF_AWS:
        run(owner, dataset, now - timedelta(hours=1))
    failed = run(owner, Dataset.COST, now, status="failed", error="Denied.\nAsk.")
    at_work = run(owner, Dataset.INSTANCES, now, status="running", finished_at=None)
    Incident.objects.create(
        account=owner, dataset="cost", opened_at=now, sentence="It fails."
    )
    backfill = propose(owner, Dataset.CPU, last_complete_days(60, now), now)
    made = one_of_each(owner)
    used = made[Kind.DATABASE]
    store_usage(used, last_complete_days(9, now), connections=8.0, requests=3.0)
    resources = (made[Kind.VOLUME], made[Kind.BUCKET], used)
    things = (machine, failed, at_work, backfill, *resources)
    return [
        *[thing.get_absolute_url() for thing in things],
        "/syncs/backfills/propose/",
        "/coverage/",
        "/coverage/?start=2026-11-01&end=2026-11-20",
        f"/coverage/reread/?backfill={backfill.pk}",
        "/alerts/",
        "/instances/?state=nowhere",
        "/instances/?idle=perhaps",
        "/costs/?start=soon",
    ]


def faults(page: Page, look: Look | None = None) -> list[str]:
    """What axe-core finds on the page as it is now: rule, element and reason.

    In a look, only of what no page before had in that look.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    before = seen.setdefault(look, set()) if look else set[str]()
    violations, parts = page.evaluate(RUN, [PARTS, [*before]])
    found = [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in violations
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]
    if not found:
        before |= {*parts}
    return found


def look_at(page: Page, addresses: list[str]) -> dict[str, list[str]]:
    """The faults of each address, in each look of it."""
    found = {}
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("load")
        for size, colours in LOOKS:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=colours)
            look = (size["width"], colours)
            found[f"{address} {size['width']} {colours}"] = faults(page, look)
            try:
                is_no_wider(page, size["width"])
            except TimeoutError:
                found[f"{address} {size['width']}"] = ["It is wider than the screen."]
    return {look: told for look, told in found.items() if told}


def test_who_is_signed_out_is_shut_out_by_nothing_but_the_password(page: Page) -> None:
    assert look_at(page, ["/login/"]) == {}


def test_an_empty_cloudintel_has_no_serious_fault(
    page: Page, live_server: LiveServer
) -> None:
    let_in(page.context, person("viewer"), live_server.url)
    assert look_at(page, [*LISTS, *INSIGHTS, *ERRORS]) == {}


def test_what_an_operator_sees_has_no_serious_fault(
    page: Page, live_server: LiveServer, company: list[str]
) -> None:
    let_in(page.context, person("operator"), live_server.url)
    assert look_at(page, [*LISTS, *INSIGHTS, *OWN, "/wall/", *company]) == {}


def test_what_an_administrator_sees_has_no_serious_fault(
    page: Page, live_server: LiveServer
) -> None:
    let_in(page.context, person("administrator"), live_server.url)
    colleague = f"/people/{person('viewer').pk}/"
    people = ["/people/", "/people/invite/", colleague, "/activity/"]
    assert look_at(page, [*people, "/demo/"]) == {}


def test_open_menus_and_tables_have_no_serious_fault(
    page: Page, live_server: LiveServer, company: list[str]
) -> None:
    let_in(page.context, person("viewer"), live_server.url)
    page.set_viewport_size(PHONE)
    page.goto("/syncs/")
    page.get_by_role("button", name="Your account").click()
    expect(page.get_by_role("link", name="API tokens")).to_be_visible()
    assert faults(page) == []
    page.goto("/")
    for table in page.locator("details > summary").all():
        table.click()
    assert faults(page) == []
