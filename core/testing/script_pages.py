"""Pages of a few lines that no server sends, with the product's scripts on them."""

from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

SITE = "http://site.test"


def script(name: str) -> str:
    return Path(settings.BASE_DIR, "static", "js", name).read_text()


def show(page: Page, body: str, *scripts: str) -> None:
    """Open a page of this body at `/`, with these scripts at its end."""
    text = f'<main id="main" tabindex="-1">{body}</main>' + "".join(
        f"<script>{one}</script>" for one in scripts
    )
    page.route(
        f"{SITE}/",
        lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8"),
    )
    page.goto("/")
