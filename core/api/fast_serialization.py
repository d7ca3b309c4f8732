"""Rows of a list read as columns, and written as their serializer writes them.

Most of the time that a long list takes goes into making a model instance of each row
and asking each field for its part. Where every field is a column, of the row or of one
that it belongs to, the columns alone are read, and only amounts need any work.

The serializer stays the one description of a row: what it holds that is no plain
column, such as a method's answer or rows within the row, leaves the list to it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from rest_framework import serializers

# Fields that write a value of these columns as it is stored. Days and instants are
# written by the renderer.
AS_STORED: dict[type, tuple[type[models.Field[Any, Any]], ...]] = {
    serializers.BigIntegerField: (models.IntegerField,),
    serializers.BooleanField: (models.BooleanField,),
    serializers.CharField: (models.CharField, models.TextField),
    serializers.ChoiceField: (models.CharField,),
    serializers.DateField: (models.DateField,),
    serializers.DateTimeField: (models.DateTimeField,),
    serializers.FloatField: (models.FloatField,),
    serializers.IntegerField: (models.IntegerField,),
    serializers.IPAddressField: (models.GenericIPAddressField,),
    serializers.JSONField: (models.JSONField,),
}
# Unless an option makes them write it otherwise.
OWN_WAYS = {"binary", "coerce_to_string", "format"}


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a serializer: its name, its column from the row on, and how a value
    that is not null is written; None: as it is."""

    name: str
    path: str
    write: Callable[[Any], Any] | None


@cache
def columns_of(kind: type[serializers.BaseSerializer[Any]]) -> list[Column] | None:
    """The columns of a serializer's fields, in their order.

    None where a field is no plain column, or the serializer writes rows in a way of
    its own.
    """
    own = kind.to_representation is not serializers.Serializer.to_representation
    if own or not issubclass(kind, serializers.ModelSerializer):
        return None
    columns: list[Column] = []
    for name, field in kind().fields.items():
        column = None if field.write_only else _column(name, field, kind.Meta.model)
        if column is None:
            return None
        columns.append(column)
    return columns


def written(
    columns: Sequence[Column], rows: Sequence[Sequence[Any]]
) -> Iterator[tuple[Any, ...]]:
    """Each row's values as the serializer has them; rows may hold further columns."""
    stored = zip(columns, zip(*rows, strict=True), strict=False)
    return zip(*(_each(column.write, values) for column, values in stored), strict=True)


def as_dicts(
    columns: Sequence[Column], rows: Sequence[Sequence[Any]]
) -> list[dict[str, Any]]:
    """The rows as the serializer has them."""
    names = [column.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in written(columns, rows)]


def _each(write: Callable[[Any], Any] | None, values: Sequence[Any]) -> Sequence[Any]:
    if write is None:
        return values
    return [None if value is None else write(value) for value in values]


def _column(name: str, field: Any, model: type[models.Model]) -> Column | None:
    """How that field is read and written; None if it takes more than one column."""
    path = list(field.source_attrs)
    if is_slug := isinstance(field, serializers.SlugRelatedField):
        path.append(field.slug_field)
    # The slug of nothing is null, in a serializer as in a join.
    stored = _stored_at(path, model, may_be_absent=is_slug and len(path) == 2)
    if stored is None:
        return None
    as_stored = is_slug or isinstance(stored, AS_STORED.get(type(field), ()))
    as_it_is = as_stored and not OWN_WAYS & field._kwargs.keys()
    return Column(name, "__".join(path), None if as_it_is else field.to_representation)


def _stored_at(
    path: Sequence[str], model: type[models.Model], *, may_be_absent: bool
) -> models.Field[Any, Any] | None:
    """The column at the path's end. None if something else is there, or if a row may
    belong to nothing on the way, of which a serializer tells in several ways."""
    try:
        for name in path[:-1]:
            relation: Any = model._meta.get_field(name)
            if not isinstance(relation, models.ForeignKey):
                return None
            if relation.null and not may_be_absent:
                return None
            model = relation.related_model
        found = model._meta.get_field(path[-1]) if path else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, models.Field) and not found.is_relation else None
