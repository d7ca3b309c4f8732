"""No input breaks a page, an endpoint or a list of the admin.

Every address is asked with each of the parameters that its own page shows, and with
values that make no sense. What it answers may be anything but a 500.
"""

import html
import re
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client, RequestFactory

from dashboard.api_schema import schema
from tests.addresses import OPEN, closed
from tests.every_page import pages
from tests.two_accounts import HIDDEN_KEY, two_accounts

pytestmark = pytest.mark.django_db
KEY = str(HIDDEN_KEY)
SENSELESS = [
    *("\0", "\ud800", "é'[", "", "[" * 3000, "9" * 5000, "9" * 20, "-1", "99999"),
    *("9999", "0", "13", "1e400", "NaN", "1.5", "9999-12-31", "0001-01-01"),
    *("2026-02-30", "i:9", "__class__", '{"a": [1]}'),
]
# One of these beside those of its own.
EVERYWHERE = ["format", "page", "p", "q", "o", "next", "e", "_to_field", "search"]
DEEP = "[" * 5000 + "]" * 5000
# Forms of the admin, which read nothing from their address.
FORM = re.compile(r"^/admin/\w+/\w+/(add|\w+/\w+)/")


@pytest.fixture(scope="module")
def somebody(module_db: None) -> User:
    two_accounts()
    return User.objects.create_superuser("ada")


@pytest.fixture
def asked(client: Client, somebody: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody who may see everything, and is not counted."""
    monkeypatch.setattr(
        "rest_framework.throttling.UserRateThrottle.allow_request", lambda *_: True
    )
    client.force_login(somebody)
    client.raise_request_exception = False
    return client


def broken(client: Client, method: str, *arguments: Any, **more: Any) -> str:
    """Return why it is a 500, or nothing; the database forgets the request."""
    with transaction.atomic():
        response = getattr(client, method)(*arguments, **more)
        reason = _read(response)
        transaction.set_rollback(True)
    return reason


def _read(response: HttpResponseBase) -> str:
    if response.streaming:
        b"".join(response)
    raised = getattr(response, "exc_info", None)
    if raised:
        return repr(raised[1])[:200]
    return "500" if response.status_code == 500 else ""


def query(parameters: dict[str, str]) -> str:
    return "&".join(
        f"{quote(name)}={quote(value, errors='surrogatepass')}"
        for name, value in parameters.items()
    )


def parameters_in(text: str, address: str) -> set[str]:
    """Those of the page's forms that are in its address, and of links to itself."""
    forms = "".join(re.findall(r'<form[^>]*method="get".*?</form>', text, re.S))
    names = set(re.findall(r'<(?:input|select)[^>]* name="([^"]+)"', forms))
    for link in re.findall(r'href="([^"]*\?[^"]*)"', text):
        parts = urlsplit(html.unescape(link))
        if parts.path in ("", address):
            names |= dict(parse_qsl(parts.query, keep_blank_values=True)).keys()
    return names


def every_question() -> Iterator[str]:
    """The API's own parameters are asked by tests/test_schemathesis.py."""
    more, values, text_at = cycle(EVERYWHERE), cycle(SENSELESS), pages()
    for address in sorted({*closed(KEY), *OPEN}):
        if FORM.match(address):
            continue
        own = set()
        # What filters a list of the admin has a test of its own.
        if not address.startswith("/admin/"):
            own = parameters_in(text_at.get(address, ""), address)
        for name in sorted({*own, next(more)}):
            yield f"{address}?{query({name: next(values)})}"


def test_no_parameter_breaks_an_address(asked: Client) -> None:
    # Every other one: most parameters are those of several pages.
    questions = islice(every_question(), 0, None, 2)
    found = {one: broken(asked, "get", one) for one in questions}
    assert len(found) > 150
    assert {one[:200]: reason for one, reason in found.items() if reason} == {}


KEYS = ["0", "-1", "9" * 20, "9" * 400, "%00", "%ED%A0%80", "x_2F"]


@pytest.mark.parametrize("key", KEYS)
def test_no_key_of_a_row_breaks_an_address(asked: Client, key: str) -> None:
    """Of the admin, whose addresses are alike, each is asked with one of the keys."""
    addresses = sorted({*closed(key)} - {*closed(KEY)})
    found = {
        one: broken(asked, "get", one)
        for one, share in zip(addresses, cycle(KEYS), strict=False)
        if share == key or not one.startswith("/admin/")
    }
    assert len(found) > 40
    assert {one: reason for one, reason in found.items() if reason} == {}


@pytest.mark.parametrize("name", ["cloudintel_csrf", "cloudintel_session", "messages"])
@pytest.mark.parametrize("value", [r"\000aaaaaaaaaa", "é", '"', "9" * 4000, "a:b:c"])
def test_no_cookie_breaks_a_page(asked: Client, name: str, value: str) -> None:
    asked.cookies.clear()
    headers = {"cookie": f'{name}="{value}"'}
    for address in ("/", "/login/", "/admin/", "/api/v1/costs/"):
        assert not broken(asked, "get", address, headers=headers)
    fields = {"username": "ada", "password": "x"}
    assert not broken(asked, "post", "/login/", fields, headers=headers)


HEADERS = [
    *(("accept", one) for one in ("x", ";", "a/b;q=x", "*/*;indent=9" * 99)),
    *(("authorization", one) for one in ("Token", "Token \x00", "Basic =", "x" * 9)),
    *(("if-none-match", one) for one in ('W/"', '"' * 999, "é")),
    *(("x-forwarded-for", one) for one in ("x, y", "::%eth0", "9" * 999)),
    *(("host", one) for one in ("", "[::", "a b", "x" * 999)),
    ("accept-language", "x" * 5000),
    ("content-type", "multipart/form-data"),
    ("range", "bytes=9-1"),
    ("referer", "http://[::"),
]


def test_no_header_breaks_an_address(asked: Client) -> None:
    """What reads headers is the same before each page and each endpoint."""
    found = {
        f"{header}: {value[:20]} {address}": broken(
            asked, "get", address, headers={header: value}
        )
        for (header, value), page in zip(HEADERS, cycle(["/", "/admin/"]), strict=False)
        for address in (page, "/login/", "/api/v1/costs/trend/", "/health")
    }
    assert {one: reason for one, reason in found.items() if reason} == {}


# Of five in a row one is no object, and one an object with a value that no field has.
BODIES = [
    *("null", "", r'{"name": "\u0000"}', "{", "[]", DEEP, '"x"', '{"version": 1e30}'),
    *("[NaN]", "3", '{"a":' * 5000, r'{"dataset": "\ud800"}', "\xff", "[1e999]"),
]
BODIES_EACH = 5


def test_no_body_breaks_an_endpoint(asked: Client) -> None:
    """One parser reads all bodies: each endpoint is sent some, the next one others."""
    writing = [
        (method, re.sub(r"\{\w+\}", KEY, path))
        for path, operations in schema()["paths"].items()
        for method in sorted({"post", "put", "patch"} & operations.keys())
    ]
    assert len(writing) > 40
    bodies, found = cycle(BODIES), {}
    for method, address in writing:
        sent = [(one, "application/json") for one in islice(bodies, BODIES_EACH)]
        # And one in letters that nobody knows.
        for body, kind in [*sent, ("{}", "application/json; charset=bogus")]:
            content = body.encode("latin-1")
            if reason := broken(asked, "generic", method, address, content, kind):
                found[f"{method} {address} {body[:20]} {kind}"] = reason
    assert found == {}


FIELD = re.compile(r'<(?:input|select|textarea)[^>]* name="([^"]+)"')
# What Django itself puts into a form, and refuses if it is missing.
MANAGED = re.compile(r"_FORMS$|csrfmiddlewaretoken")


def forms() -> Iterator[tuple[str, list[str]]]:
    """Yield each address whose page has a form to send, with its fields."""
    for address, text in pages().items():
        if 'method="post"' in text and (names := FIELD.findall(text)):
            yield address, names


def test_no_field_breaks_a_form(asked: Client) -> None:
    """With all its fields like that."""
    found = {}
    values = cycle(["\0", DEEP, "9" * 5000, "\N{SNOWMAN}" * 300, "-1"])
    for address, names in forms():
        value = next(values)
        fields = {one: "0" if MANAGED.search(one) else value for one in names}
        if reason := broken(asked, "post", address, fields):
            found[f"{address} {value[:9]}"] = reason
    assert found == {}


# A day in an address of the admin has no time zone; Django takes ours, and warns.
@pytest.mark.filterwarnings("ignore:DateTimeField .* received a naive datetime")
@pytest.mark.on_each_database
def test_no_value_breaks_a_filter_of_the_admin(admin_user: User) -> None:
    found, number, values = {}, 0, cycle(SENSELESS)
    for model_admin in admin.site._registry.values():
        for names in filters_of(model_admin, admin_user):
            for value in [next(values) for _ in range(4)]:
                number += 1
                given = {**dict.fromkeys(names, "2026"), names[-1]: value}
                if reason := list_of(model_admin, admin_user, given):
                    found[f"{model_admin} {given}"[:200]] = reason
    assert number > 400
    assert found == {}


def filters_of(model_admin: Any, user: User) -> Iterator[list[str]]:
    """Yield each parameter, after those without which it means nothing."""
    request = RequestFactory().get("/")
    request.user = user
    for one in model_admin.get_changelist_instance(request).filter_specs:
        yield from ([name] for name in one.expected_parameters())
    if model_admin.date_hierarchy:
        parts = [f"{model_admin.date_hierarchy}__{part}" for part in ("year", "month")]
        yield from (parts[:1], parts, [f"{model_admin.date_hierarchy}__gte"])
    yield from (["o"], ["p"])


def list_of(model_admin: Any, user: User, given: dict[str, str]) -> str:
    request = RequestFactory().get("/", QUERY_STRING=query(given))
    request.user = user
    try:
        with transaction.atomic():
            model_admin.get_changelist_instance(request)
    except BadRequest:
        return ""
    except Exception as error:
        return repr(error)[:200]
    return ""


@pytest.mark.parametrize("ending", [".json", ".csv", ".api", ".xml"])
def test_a_format_is_no_ending_of_an_address(asked: Client, ending: str) -> None:
    """It would be a second address of the same; `?format=` is the one way."""
    for path in schema()["paths"]:
        if "{" not in path:
            address = path.rstrip("/") + ending
            assert asked.get(address).status_code == 404, address
