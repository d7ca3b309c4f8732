"""Who is limited to some accounts never meets another one, wherever he looks."""

import re
from typing import Any

import pytest
from celery import current_app
from django.contrib import admin
from django.db import models
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from clouds.access import OfAllAccountsQuerySet
from clouds.models import CloudAccount
from syncs.models import SyncRun
from tests.addresses import closed
from tests.every_page import text_of, texts
from tests.two_accounts import (
    HIDDEN,
    HIDDEN_ID,
    HIDDEN_KEY,
    limited_to,
    models_of_accounts,
    two_accounts,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seen(module_db: None) -> CloudAccount:
    """The one of two accounts that is not hidden."""
    return two_accounts()[0]


@pytest.fixture
def limited(seen: CloudAccount, client: Client) -> Client:
    """An administrator, limited to that one."""
    client.force_login(limited_to(seen))
    return client


def leaks(client: Client, asked: list[str]) -> dict[str, str]:
    """The addresses whose answer tells of the hidden account, and what they tell."""
    found = {}
    for address in asked:
        response = client.get(address)
        told = text_of(response)
        for word in (HIDDEN, HIDDEN_ID):
            if word in told:
                at = told.index(word)
                found[address] = " ".join(told[max(0, at - 80) : at + 40].split())
    return found


def test_the_two_accounts_fill_every_model(seen: CloudAccount) -> None:
    assert len(models_of_accounts()) >= 14
    for model in models_of_accounts():
        assert model._default_manager.filter(pk=HIDDEN_KEY).exists(), model


@pytest.mark.on_each_database
def test_who_is_not_limited_sees_it_all(seen: CloudAccount) -> None:
    """So that the other tests look for something that is there to be found."""
    told = [one for one, text in texts().items() if HIDDEN in text]
    assert {"/syncs/", "/instances/", "/api/v1/accounts/"} <= set(told)
    lists = [
        reverse(f"admin:{m._meta.label_lower.replace('.', '_')}_changelist")
        for m in models_of_accounts()
        if admin.site.is_registered(m)
    ]
    assert set(lists) <= set(told)
    assert len(told) > 60


def test_no_page_endpoint_or_list_tells_of_it(limited: Client) -> None:
    assert leaks(limited, closed(HIDDEN_KEY)) == {}


def test_no_file_tells_of_it(limited: Client) -> None:
    """Of what is asked with its key, JSON has told above that it is not there."""
    lists = [
        one for one in closed("") if one.startswith("/api/v1/") and "//" not in one
    ]
    assert len(lists) > 50
    assert leaks(limited, [f"{one}?format=csv" for one in lists]) == {}


def test_lists_of_all_accounts_are_closed_rather_than_empty(limited: Client) -> None:
    """Nobody is to read that there is no backup, or no finding of a scan."""
    views = {
        address: getattr(resolve(address).func, "cls", None)
        for address in closed("")
        if address.startswith("/api/v1/") and "//" not in address
    }
    lists = [
        address
        for address, view in views.items()
        if isinstance(getattr(view, "queryset", None), OfAllAccountsQuerySet)
    ]
    assert "/api/v1/monitoring/backups/" in lists
    assert [
        one for one in lists if limited.get(one).status_code not in (403, 405)
    ] == []


def test_no_filter_of_the_admin_names_it(limited: Client) -> None:
    asked = [
        f"{reverse(f'admin:{name(model)}_changelist')}?{path}__id__exact={HIDDEN_KEY}"
        for model in models_of_accounts()
        if model in admin.site._registry
        for path in related_filters(admin.site._registry[model])
    ]
    assert len(asked) > 10
    assert leaks(limited, asked) == {}


def name(model: type[models.Model]) -> str:
    return model._meta.label_lower.replace(".", "_")


def related_filters(model_admin: admin.ModelAdmin[Any]) -> list[str]:
    filters = model_admin.get_list_filter(RequestFactory().get("/"))
    paths = [one[0] if isinstance(one, tuple) else one for one in filters]
    return [path for path in paths if isinstance(path, str)]


def test_no_picker_of_the_admin_offers_it(limited: Client) -> None:
    asked = [
        f"/admin/autocomplete/?app_label={model._meta.app_label}"
        f"&model_name={model._meta.model_name}&field_name={field.name}&term="
        for model in models_of_accounts()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
    ]
    assert len(asked) > 10
    assert leaks(limited, asked) == {}


@pytest.mark.parametrize("term", [HIDDEN, HIDDEN_ID])
def test_no_search_finds_it(limited: Client, term: str) -> None:
    """What was asked for is repeated in the answer, so rows are counted."""
    lists = [one for one in closed() if re.fullmatch(r"/api/v1/[\w-]+/", one)]
    answers = [limited.get(one, {"search": term}) for one in lists]
    searched = [one.json()["results"] for one in answers if one.status_code == 200]
    assert len(searched) >= 2
    assert all(rows == [] for rows in searched)


def test_nothing_of_it_is_started_changed_or_deleted(
    limited: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: None)
    before = rows_of_hidden()
    asked = {"post": "yes", "account": HIDDEN_ID, "confirmed": "yes"}
    for address in closed(HIDDEN_KEY):
        if "/api/" in address:
            limited.post(address, {"account": HIDDEN_ID}, "application/json")
        else:
            limited.post(address, asked)
    limited.post("/syncs/start/", {"confirmed": "yes"})
    assert rows_of_hidden() == before
    assert SyncRun.objects.filter(trigger="page").exists()
    assert not SyncRun.objects.filter(account=HIDDEN_KEY, trigger="page").exists()


def rows_of_hidden() -> dict[str, list[dict[str, Any]]]:
    found = {}
    for model in models_of_accounts():
        rows: Any = model._default_manager.all()
        mine = rows.filter(**{rows.account_path: HIDDEN_KEY}).order_by("pk")
        found[model._meta.label] = list(mine.values())
    return found


def test_a_limited_administrator_cannot_lift_his_limit(limited: Client) -> None:
    for page in ("auth_user", "auth_group", "users_apitoken", "users_auditentry"):
        assert limited.get(reverse(f"admin:{page}_changelist")).status_code == 403
    assert limited.get(reverse("admin:auth_user_add")).status_code == 403
    assert limited.get(reverse("admin:clouds_cloudaccount_add")).status_code == 403
    own = reverse("admin:auth_user_change", args=[limited.session["_auth_user_id"]])
    assert limited.post(own, {"username": "free"}).status_code == 403


def test_a_limit_to_no_account_shows_nothing(
    seen: CloudAccount, client: Client
) -> None:
    user = limited_to(seen)
    user.account_access.accounts.clear()
    client.force_login(user)
    assert client.get("/api/v1/accounts/").json()["results"] == []
    assert CloudAccount.objects.visible_to(user).count() == 0
