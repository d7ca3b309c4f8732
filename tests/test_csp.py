"""In a real Chromium no page breaks its Content-Security-Policy, or asks elsewhere."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from core.testing.browser import HANGS_AFTER_MS
from core.testing.postgres import free_port
from tests.addresses import closed
from tests.every_page import pages, text_of
from tests.two_accounts import HIDDEN_KEY, two_accounts

pytestmark = pytest.mark.only_on("postgresql")

# Told by the browser to the page itself, whatever it writes to its console.
LISTEN = """window.violations = [];
document.addEventListener("securitypolicyviolation", found => window.violations.push(
    `${found.effectiveDirective} ${found.blockedURI} ${found.sourceFile || ""} `
    + found.sample));"""
# Not for reading: they start or change something, or are files.
DOORS = "delete status start pause cancel sync_now revoke feedback live r schema"
DOORS += " history"
NOT_PAGES = [f"/{door}/" for door in DOORS.split()]
NOT_PAGES += ["_here/", ".csv", ".xlsx", ".json", "jsi18n"]
BROWSER = {"accept": "text/html"}
# Leads on to the page on which the row is changed.
SHORT = re.compile(rf"/admin/\w+/\w+/{HIDDEN_KEY}/")
ALWAYS = ("/login/", "/", "/admin/", "/api/docs/")
# Django's admin names classes after models and fields, of which no script knows any.
OF_A_MODEL = re.compile(r"\b((?:model|app|column|field)-|data-model-name=\")[\w-]+")
# What may not be inline, or of another host.
LOADED = re.compile(r"<(?:script|style|link|base|iframe|object|embed)\b[^>]*>")


def unlike_pages(client: Client) -> list[str]:
    """Return few pages that together have each element, attribute, class, and what is
    loaded or evaluated, of all pages. Others have nothing new for a browser."""
    texts, parts = pages(), dict[str, set[str]]()
    for address in closed(HIDDEN_KEY):
        if any(part in address for part in NOT_PAGES) or SHORT.fullmatch(address):
            continue
        if address.startswith("/api/"):  # has pages for browsers alone
            texts[address] = text_of(client.get(address, headers=BROWSER))
        parts[address] = parts_of(texts.get(address, ""))
    chosen, missing = [*ALWAYS], set[str]().union(*parts.values())
    for address in ALWAYS:
        missing -= parts.get(address, set())
    while missing:
        chosen.append(max(parts, key=lambda one: len(parts[one] & missing)))
        missing -= parts[chosen[-1]]
    return chosen


def parts_of(text: str) -> set[str]:
    text = OF_A_MODEL.sub(r"\1", text)
    found = set(re.findall(r"<[\w-]+", text))
    found |= {re.sub(r"\d+", "", tag) for tag in LOADED.findall(text)}
    for name, value in re.findall(r"""\s([\w:@.-]+)=["']([^"']*)["']""", text):
        found.add(name)
        if name == "class":
            found |= {*value.split()}
        elif name == "src" or name.startswith(("x-", "@", ":")):
            found.add(re.sub(r"\d+", "", value))
    return found


@pytest.fixture
def visitor(
    browser: Browser,
    transactional_db: None,
    live_server: LiveServer,
    settings: Settings,
) -> Iterator[Page]:
    settings.WEB_PORT, settings.LIVE_PORT = urlsplit(live_server.url).port, free_port()
    two_accounts()
    client = Client()
    client.force_login(User.objects.create_superuser("ada"))
    context = browser.new_context(base_url=live_server.url)
    session = client.cookies["cloudintel_session"].value
    context.add_cookies(
        [{"name": "cloudintel_session", "value": session, "url": live_server.url}]
    )
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.set_default_timeout(HANGS_AFTER_MS)
    yield page
    context.close()


def test_no_page_breaks_its_policy_or_asks_another_host(
    visitor: Page, live_server: LiveServer, settings: Settings
) -> None:
    hosts: set[str] = set()
    faults: dict[str, list[str]] = {}
    looked_at = []
    visitor.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    visitor.on(
        "pageerror", lambda error: faults.setdefault(visitor.url, []).append(str(error))
    )
    client = Client()
    client.force_login(User.objects.get(username="ada"))
    where = f"{urlsplit(live_server.url).hostname}:{settings.LIVE_PORT}"
    for address in unlike_pages(client):
        answer = visitor.goto(address, wait_until="load")
        assert answer is not None
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        looked_at.append(address)
        assert "content-security-policy" in answer.headers, address
        if address == "/":
            policy = answer.headers["content-security-policy"]
            assert f"connect-src 'self' ws://{where}" in policy
        if violations := visitor.evaluate("window.violations"):
            faults.setdefault(address, []).extend(sorted(set(violations)))
    assert faults == {}
    assert hosts == {urlsplit(visitor.url).netloc}
    assert set(ALWAYS) <= set(looked_at)
    assert any(one.startswith("/api/v1/") for one in looked_at)


def test_what_opens_on_a_page_works_under_its_policy(visitor: Page) -> None:
    """The parts that write styles or evaluate attributes once they are used."""
    visitor.goto("/api/docs/")
    expect(visitor.locator(".opblock-tag").first).to_be_visible()
    assert visitor.evaluate("window.violations") == []
    visitor.goto("/admin/clouds/cloudaccount/3/change/", wait_until="load")
    visitor.get_by_text("Sync now").first.click()
    expect(
        visitor.get_by_text("It starts at once, beside the schedule.")
    ).to_be_visible()
    assert visitor.evaluate("window.violations") == []
    visitor.goto("/admin/costs/dailycost/", wait_until="load")
    visitor.get_by_text("Filters").first.click()
    expect(visitor.get_by_text("Apply Filters")).to_be_visible()
    assert visitor.evaluate("window.violations") == []
    visitor.goto("/admin/syncs/syncrun/?q=seen", wait_until="load")
    expect(visitor.get_by_text("seen-name").first).to_be_visible()
    assert visitor.evaluate("window.violations") == []
