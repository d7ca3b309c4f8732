"""Archives of what happened: rows of a model as they are, by the time of one column."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    CASCADE,
    BooleanField,
    DateField,
    DateTimeField,
    DecimalField,
    Expression,
    Field,
    FloatField,
    ForeignKey,
    IntegerField,
    JSONField,
    QuerySet,
    TextField,
)
from django.db.models.functions import Cast

from archives.archived import (
    COUNT,
    DAY,
    FLOAT,
    MOMENT,
    MONEY,
    TEXT,
    YES_OR_NO,
    Archived,
    require,
)
from archives.parquet import Row
from clouds.models import CloudAccount
from core.db.money_field import MoneyField
from monitoring.models import MetricSeries

# How a file names rows of other tables; of others it holds the key.
NAMES: Mapping[Any, tuple[str, ...]] = {
    CloudAccount: ("provider", "account_id"),
    User: ("username",),
    MetricSeries: ("name", "labels_digest"),
    ContentType: ("app_label", "model"),
}
# The first that a field is one of.
TYPES = {
    DateTimeField: MOMENT,
    DateField: DAY,
    BooleanField: YES_OR_NO,
    MoneyField: MONEY,
    FloatField: FLOAT,
    IntegerField: COUNT,
    ForeignKey: COUNT,
}
GONE = object()
AnyField = Field[Any, Any]
Column = tuple[str, tuple[str | Expression, str]]


def archived_model(
    rows: QuerySet[Any],
    moment: str,
    left_out: Collection[str] = (),
    read_as: Mapping[str, Callable[[Any], Any]] = MappingProxyType({}),
) -> Archived:
    """How these rows are written and read back, with their keys.

    `read_as` says what a value is now that an older version wrote otherwise.
    """
    model = rows.model
    fields = [f for f in model._meta.concrete_fields if f.name not in left_out]

    def models_of(batch: Sequence[Row]) -> list[Any]:
        columns = list(map(list, zip(*batch, strict=True)))
        values: dict[str, list[Any]] = {}
        for field in fields:
            mine, columns = columns[: _width(field)], columns[_width(field) :]
            values[field.attname] = _values(field, mine)
        for name, read in read_as.items():
            values[name] = list(map(read, values[name]))
        return [
            model(**dict(zip(values, row, strict=True)))
            for row in zip(*values.values(), strict=True)
            if GONE not in row
        ]

    return Archived(
        rows=rows.order_by(moment, "pk"),
        columns=dict(column for field in fields for column in _columns(field)),
        models_of=models_of,
        moment=moment,
    )


def _columns(field: AnyField) -> Iterator[Column]:
    for part in _parts(field):
        yield f"{field.name}_{part}", (f"{field.name}__{part}", TEXT)
    if isinstance(field, JSONField):
        yield field.name, (Cast(field.name, TextField()), TEXT)
    elif not _parts(field):
        yield field.attname, (field.attname, _type(field))


def _parts(field: AnyField) -> tuple[str, ...]:
    return NAMES.get(field.related_model, ())


def _width(field: AnyField) -> int:
    return len(_parts(field)) or 1


def _type(field: AnyField) -> str:
    if isinstance(field, DecimalField):
        return f"DECIMAL({field.max_digits},{field.decimal_places})"
    return next((kind for of, kind in TYPES.items() if isinstance(field, of)), TEXT)


def _values(field: AnyField, columns: Sequence[Sequence[Any]]) -> list[Any]:
    """What the field of each row is; GONE where the row went with what it was of.

    Raises CannotRestore.
    """
    if isinstance(field, JSONField):
        return [json.loads(text) for text in columns[0]]
    if not isinstance(field, ForeignKey):
        return list(columns[0])
    names = list(zip(*columns, strict=True))
    parts = _parts(field) or ("pk",)
    found = field.related_model._default_manager.filter(
        **{f"{parts[-1]}__in": {name[-1] for name in names}}
    )
    keys = {tuple(name): key for *name, key in found.values_list(*parts, "pk")}
    missing = {name for name in names if None not in name} - keys.keys()
    if _goes_with(field):
        return [GONE if name in missing else keys.get(name) for name in names]
    if field.related_model is not User:
        # Whoever did it may be gone; what it is about must be there.
        named = {tuple(map(str, name)) for name in missing}
        require(named, str(field.related_model._meta.verbose_name))
    return [keys.get(name) for name in names]


def _goes_with(field: "ForeignKey[Any, Any]") -> bool:
    """Return whether a row is deleted with its user or insight, and so stays deleted.

    Accounts and metrics come back instead.
    """
    relation: Any = field.remote_field
    is_named = field.related_model in NAMES and field.related_model is not User
    return relation.on_delete is CASCADE and not is_named
