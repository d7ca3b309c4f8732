"""Of what a test's client renders, only the page's own context is kept.

Django copies the context of each part that is included, and of each widget of a form,
for `response.context`, which takes a twentieth of the time of all tests.
"""

from typing import Any

from django.test import client

store = client.store_rendered_templates  # type: ignore[attr-defined]


def keep_only_pages() -> None:
    client.store_rendered_templates = store_first  # type: ignore[attr-defined]


def store_first(kept: dict[str, Any], *args: Any, **options: Any) -> None:
    if not kept:
        store(kept, *args, **options)
