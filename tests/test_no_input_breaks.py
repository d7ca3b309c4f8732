"""No input breaks a page, an endpoint or a list of the admin.

Every address is asked with each of its parameters, found in its own page or in the
schema, and with values that make no sense. What it answers may be anything but a 500.
"""

import html
import re
from collections.abc import Iterator
from itertools import count
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from dashboard.api_schema import schema
from tests.addresses import OPEN, closed
from tests.two_accounts import two_accounts

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
KEY = "3"
SENSELESS = [
    *("\0", "\ud800", "é'[", "", "[" * 3000, "9" * 5000),
    *("9" * 20, "-1", "99999", "9999", "0", "13", "1e400", "NaN", "1.5"),
    *("9999-12-31", "0001-01-01", "2026-02-30", "i:9", "__class__", '{"a": [1]}'),
]
# Values that each parameter of an address is asked with; others get others.
EACH = 3
EVERYWHERE = {"format", "page", "p", "q", "o", "next", "e", "_to_field", "search"}


@pytest.fixture
def asked(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody who may see everything, and is not counted."""
    monkeypatch.setattr(
        "rest_framework.throttling.UserRateThrottle.allow_request", lambda *_: True
    )
    two_accounts()
    client.force_login(User.objects.create_superuser("ada"))
    client.raise_request_exception = False
    return client


def status_of(client: Client, method: str, *arguments: object, **more: object) -> str:
    """Return what is answered and, of a 500, why; the database forgets the request."""
    with transaction.atomic():
        response = getattr(client, method)(*arguments, **more)
        text = _read(response)
        transaction.set_rollback(True)
    reason = getattr(response, "exc_info", None)
    return f"{response.status_code} {reason[1]!r}" if reason else text


def _read(response: HttpResponseBase) -> str:
    if response.streaming:
        try:
            b"".join(response)  # type: ignore[call-overload]
        except Exception as error:
            return f"500 {error!r}"
    return str(response.status_code)


def query(parameters: dict[str, str]) -> str:
    return "&".join(
        f"{quote(name)}={quote(value, errors='surrogatepass')}"
        for name, value in parameters.items()
    )


def addresses(key: str = KEY) -> list[str]:
    return sorted({*closed(key), *OPEN})


def parameters_of_the_api() -> dict[str, set[str]]:
    return {
        re.sub(r"\{\w+\}", KEY, path): {
            one["name"]
            for one in operations.get("get", {}).get("parameters", [])
            if one["in"] == "query"
        }
        for path, operations in schema()["paths"].items()
    }


def parameters_in(client: Client, address: str) -> set[str]:
    """Those of the page's forms and of its links to itself."""
    response = client.get(address)
    if "html" not in response.get("Content-Type", ""):
        return set()
    text = response.content.decode()
    names = set(re.findall(r'<(?:input|select)[^>]* name="([^"]+)"', text))
    for link in re.findall(r'href="([^"]*\?[^"]*)"', text):
        parts = urlsplit(html.unescape(link))
        if parts.path in ("", address):
            names |= dict(parse_qsl(parts.query, keep_blank_values=True)).keys()
    return names - {"csrfmiddlewaretoken"}


def every_question(client: Client) -> Iterator[str]:
    of_api, number = parameters_of_the_api(), count()
    for address in addresses():
        names = EVERYWHERE | of_api.get(address, set()) | parameters_in(client, address)
        for name in sorted(names):
            for _ in range(EACH):
                value = SENSELESS[next(number) % len(SENSELESS)]
                yield f"{address}?{query({name: value})}"


def test_no_parameter_breaks_an_address(asked: Client) -> None:
    broken, number = {}, 0
    for number, question in enumerate(every_question(asked), 1):
        found = status_of(asked, "get", question)
        if found >= "500":
            broken[question[:200]] = found[:200]
    assert broken == {}
    assert number > 4000
