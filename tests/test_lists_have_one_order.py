"""Rows of an endpoint's list have one order, so that no page repeats or lacks one."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from django.db.models import Model, UniqueConstraint
from django.urls import URLPattern, URLResolver, get_resolver


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


LISTS = {one.__name__: one for one in viewsets(get_resolver().url_patterns)}


@pytest.mark.parametrize("name", sorted(LISTS))
def test_each(name: str) -> None:
    rows = LISTS[name].queryset
    names = rows.query.order_by or rows.model._meta.ordering
    order = {str(name).lstrip("-") for name in names}
    order |= {"id"} if "pk" in order else set()
    order |= {f"{name}_id" for name in order}  # of what it belongs to
    assert any(fields <= order for fields in unique(rows.model)), names
