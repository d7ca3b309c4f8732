"""Rows of a list have one order, so that no page of it repeats or lacks one."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet, UniqueConstraint
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.addresses import closed
from tests.two_accounts import HIDDEN_KEY, two_accounts


def viewsets(patterns: list[URLPattern | URLResolver]) -> Iterator[Any]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from viewsets(pattern.url_patterns)
            continue
        view = getattr(pattern.callback, "cls", None)
        if getattr(view, "queryset", None) is not None:
            yield view


def unique(model: type[Model]) -> Iterator[set[str]]:
    """Yield fields of which no two rows have the same."""
    fields: list[Any] = [*model._meta.pk_fields, *model._meta.concrete_fields]
    names = {one.name: one.attname for one in fields}
    yield {one.attname for one in model._meta.pk_fields}
    yield from ({one.attname} for one in fields if one.unique)
    for one in model._meta.constraints:
        if isinstance(one, UniqueConstraint) and not one.condition:
            of = [*one.fields, *chain(*map(named, one.expressions))]
            assert of, one.name
            yield {names[name] for name in of}


def named(expression: Any) -> Iterator[str]:
    yield from (one.name for one in expression.flatten() if hasattr(one, "name"))


def has_one_order(rows: QuerySet[Any]) -> bool:
    names = rows.query.order_by or rows.model._meta.ordering
    order = {name.lstrip("-") for one in names for name in names_of(one)}
    order |= {"id"} if "pk" in order else set()
    order |= {f"{name}_id" for name in order}  # of what it belongs to
    return any(fields <= order for fields in unique(rows.model))


def names_of(one: Any) -> Iterator[str]:
    yield from ([one] if isinstance(one, str) else named(one))


LISTS = {one.__name__: one for one in viewsets(get_resolver().url_patterns)}


def test_each_of_an_endpoint() -> None:
    assert len(LISTS) > 50
    assert [name for name in LISTS if not has_one_order(LISTS[name].queryset)] == []


@pytest.mark.django_db
def test_each_of_a_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    lists: dict[str, QuerySet[Any]] = {}

    def look(paginator: Paginator[Any]) -> None:
        rows = paginator.object_list
        if isinstance(rows, QuerySet) and rows.query.group_by is None:
            lists[address] = rows

    monkeypatch.setattr(Paginator, "_check_object_list_is_ordered", look)
    two_accounts()
    client.force_login(User.objects.create_superuser("ada"))
    for address in closed(HIDDEN_KEY):
        if not address.startswith(("/admin/", "/api/")):
            page = client.get(address)
            list(page if page.streaming else ())  # unread, a file holds its cursor
    assert len(lists) > 15
    assert [at for at, rows in lists.items() if not has_one_order(rows)] == []
