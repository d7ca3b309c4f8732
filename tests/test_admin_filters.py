"""The admin's lists are filtered by what their pages offer, and by nothing else.

By any other filter whoever sees a list could guess, letter by letter, what no page
shows: the external ID of an account, the digest of a token, the hash of a password.
"""

import html
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.db.models import Model
from django.test import Client, RequestFactory

from tests.every_page import pages
from tests.two_accounts import two_accounts
from users.roles import Role
from users.testing import person

pytestmark = pytest.mark.django_db
LISTS: list[Any] = list(admin.site._registry.values())


def columns(model: type[Model], depth: int = 2) -> Iterator[str]:
    """Yield each column of the model, of what it belongs to, and of what has it."""
    for field in model._meta.get_fields():
        name = field.name
        if not field.is_relation:
            yield name
        elif depth and isinstance(field.related_model, type):
            inner = columns(field.related_model, depth - 1)
            yield from (f"{name}__{one}" for one in inner)
    yield "pk"


def offered_by(model_admin: Any) -> set[str]:
    request = RequestFactory().get("/")
    filters = [
        one[0] if isinstance(one, tuple) else one
        for one in model_admin.get_list_filter(request)
    ]
    names = {one for one in filters if isinstance(one, str)}
    relations = {
        one.name for one in model_admin.opts.concrete_fields if one.is_relation
    }
    keys = {f"{name}__id" for name in names | relations}
    return names | keys | {model_admin.date_hierarchy}


def taken_by(model_admin: Any, user: User) -> Iterator[tuple[str, str]]:
    """Yield which columns a list that is opened once may be filtered by."""
    request = RequestFactory().get("/")
    request.user = user
    change_list = model_admin.get_changelist_instance(request)
    for lookup in not_offered_by(model_admin):
        change_list.filter_params = {lookup: ["1"]}
        with suppress(BadRequest):
            change_list.get_filters(request)
            yield str(model_admin), lookup


def not_offered_by(model_admin: Any) -> Iterator[str]:
    for column in {*columns(model_admin.model)} - offered_by(model_admin):
        yield from (f"{column}__regex", f"{column}__exact")


def test_no_list_is_filtered_by_what_its_page_does_not_offer(admin_user: User) -> None:
    assert sum(len([*not_offered_by(one)]) for one in LISTS) > 2000
    taken = [found for one in LISTS for found in taken_by(one, admin_user)]
    assert taken == []


SECRETS = {
    "clouds/cloudaccount": ["settings__external_id", "pk__settings__external_id"],
    "costs/dailycost": ["account__settings__external_id", "account__payer__settings"],
    "inventory/instance": ["pk__account__settings__external_id"],
    "users/apitoken": ["digest", "pk", "user__password"],
    "auth/user": ["password", "api_tokens__digest"],
    "auth/group": ["user__password"],
    "insights/feedback": ["user__password"],
    "syncs/syncrun": ["started_by__password", "held_by__x"],
}


@pytest.mark.parametrize("lookup", ["regex", "startswith", "gt", "exact", "in"])
def test_a_secret_cannot_be_guessed(admin_client: Client, lookup: str) -> None:
    two_accounts()
    asked = [
        f"/admin/{at}/?{name}__{lookup}=a"
        for at, names in SECRETS.items()
        for name in names
    ]
    assert {admin_client.get(one).status_code for one in asked} == {400}


def test_who_may_only_look_is_told_in_a_sentence(client: Client) -> None:
    user = person(Role.VIEWER)
    user.is_staff = True
    user.save()
    client.force_login(user)
    address = "/admin/clouds/cloudaccount/?settings__external_id__regex=^a"
    page = client.get(address, headers={"accept": "text/html"})
    assert page.status_code == 400
    told = "This list has no filter settings__external_id__regex."
    assert told in page.content.decode()
    assert client.get(address).json()["detail"] == told


def test_every_link_of_the_admin_leads_to_a_list(admin_client: Client) -> None:
    """One of each kind: those that differ by their values are alike."""
    two_accounts()
    kinds: dict[tuple[str, ...], str] = {}
    for address, page in pages().items():
        if address.startswith("/admin/"):
            for link in re.findall(r'href="(/admin/[^"?]*\?[^"]*)"', page):
                url = html.unescape(link)
                kinds.setdefault(tuple(re.split(r"=[^&]*&?", url)), url)
    assert len(kinds) > 35
    answers = {url: admin_client.get(url).status_code for url in kinds.values()}
    assert {url: code for url, code in answers.items() if code != 200} == {}
