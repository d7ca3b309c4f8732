"""Rows of a list as a spreadsheet has them: amounts are numbers, and an id has its name
beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Model
from rest_framework import serializers

from core.api.amounts import AmountField
from core.api.fast_serialization import Column

Kind = type[serializers.BaseSerializer[Any]]


def sheet_columns(kind: Kind, columns: Sequence[Column]) -> list[Column]:
    """Return the columns of a sheet, read instead of these of the serializer."""
    named = named_relations(kind)
    found: list[Column] = []
    for column in columns:
        writer = getattr(column.write, "__self__", None)
        is_amount = isinstance(writer, AmountField)
        found.append(replace(column, write=None) if is_amount else column)
        if column.name in named:
            path = column.path.rpartition("__")[0]
            found.append(Column(f"{column.name}_name", f"{path}__name", None))
    return found


def sheet_rows(
    serializer: serializers.Serializer[Any], objects: Iterator[Any]
) -> Iterator[Sequence[Any]]:
    """Yield the header and the rows of a sheet, as the serializer has them."""
    named = named_relations(type(serializer))
    amounts = {
        name
        for name, field in serializer.fields.items()
        if isinstance(field, AmountField)
    }

    def cells(row: Any) -> Iterator[Any]:
        for name, value in serializer.to_representation(row).items():
            is_number = name in amounts and value is not None
            yield Decimal(value) if is_number else value
            if relation := named.get(name):
                yield getattr(getattr(row, relation), "name", "")

    yield [
        column
        for name in list(map(str, serializer.fields))
        for column in ([name, f"{name}_name"] if name in named else [name])
    ]
    for row in objects:
        yield [*cells(row)]


def named_relations(kind: Kind) -> dict[str, str]:
    """Return the relation behind each field that tells another row's id, where that row
    has a name too."""
    found = {}
    fields: dict[str, Any] = getattr(kind(), "fields", {})
    model: type[Model] | None = getattr(getattr(kind, "Meta", None), "model", None)
    for name, field in fields.items():
        is_id = isinstance(field, serializers.SlugRelatedField)
        if model is None or not is_id or field.slug_field == "name":
            continue
        relation, *deeper = field.source_attrs
        related: Any = model._meta.get_field(relation).related_model
        if not deeper and any(one.name == "name" for one in related._meta.fields):
            found[name] = relation
    return found
