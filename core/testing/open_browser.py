"""One Chromium for browser tests that follow each other, and the tabs that they share.

A browser, and each tab, takes longer to open than most pages to load.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import enumerate as enumerate_threads
from typing import Any
from urllib.parse import urlsplit

from django.db import connections
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Request,
    ViewportSize,
    sync_playwright,
)

from core.testing.browser import ARGUMENTS, HANGS_AFTER_MS, chromium

# Each of the server's threads has a connection to the database, without which it is
# deleted; what is a thread of another server is not waited for any longer.
LINGERS_SECONDS = 10


@dataclass
class Tab:
    """A page in a context of its own, with its errors and the hosts that it asked."""

    page: Page
    viewport: ViewportSize | None
    devtools: CDPSession
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def listen(self) -> None:
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("request", self._note_host)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _note_host(self, request: Request) -> None:
        self.hosts.add(urlsplit(request.url).netloc)

    def leave(self) -> None:
        """Go back to an empty tab, without cookies, storage or history.

        What is cached stays: files, and answers that are asked for again each time.
        """
        page = self.page
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.unroute_all()
        page.goto("about:blank")
        for host in sorted(self.hosts - {""}):
            where = {"origin": f"http://{host}", "storageTypes": "all"}
            self.devtools.send("Storage.clearDataForOrigin", where)
        self.devtools.send("Page.resetNavigationHistory")
        page.context.clear_cookies()
        page.emulate_media(media="null", color_scheme="light")
        page.mouse.move(0, 0)
        if self.viewport and page.viewport_size != self.viewport:
            page.set_viewport_size(self.viewport)


class OpenBrowser:
    """A Chromium that stays open until a test is next that needs none."""

    def __init__(self) -> None:
        self.is_needed_next = False
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._tabs: dict[str, Tab] = {}

    @property
    def browser(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self.close()
            path = chromium()
            self._playwright = sync_playwright().start()
            # Playwright keeps an event loop in this thread, where Django's ORM would
            # refuse to work; nothing here runs at the same time.
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
            self._browser = self._playwright.chromium.launch(
                executable_path=path, args=ARGUMENTS, headless=True
            )
        return self._browser

    @contextmanager
    def tab(self, **options: Any) -> Iterator[Tab]:
        """Yield the tab that tests with the same options share, as if it were new.

        A clock or script that a test gives its page stays with it: such a test opens a
        tab of its own.
        """
        browser, key = self.browser, repr(sorted(options.items()))
        # One that is not left as it was is not shared any longer.
        tab = self._tabs.pop(key, None) or opened(browser.new_context(**options))
        tab.errors.clear()
        tab.hosts.clear()
        try:
            yield tab
            tab.leave()
        except BaseException:
            with suppress(Error):
                tab.page.context.close()
            raise
        self._tabs[key] = tab

    def close(self) -> None:
        """Close it, and wait until the server has seen that its connections ended."""
        self._tabs.clear()
        if self._browser is not None:
            with suppress(Error):  # it has crashed
                self._browser.close()
            self._browser = None
        if self._playwright is not None:
            # Django keeps others for a thread with a loop. Another test may end all
            # that are open, which those after the next browser would not notice.
            connections.close_all()
            self._playwright.stop()
            self._playwright = None
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        for thread in enumerate_threads():
            if "process_request_thread" in thread.name:
                thread.join(LINGERS_SECONDS)


open_browser = OpenBrowser()


def opened(context: BrowserContext) -> Tab:
    """Return a new tab of this context."""
    page = context.new_page()
    page.set_default_timeout(HANGS_AFTER_MS)
    tab = Tab(page, page.viewport_size, context.new_cdp_session(page))
    tab.listen()
    return tab
