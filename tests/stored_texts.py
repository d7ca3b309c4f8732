"""The rows of a model as lines: how many, the sum of each number, and the first."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, Max, Min, Q, Sum

from users.roles import DATA

# What is measured of the host and of this process.
OF_THE_HOST = {"QueryHour", "NamedQuery", "SlowQuery", "HostCounters", "Worker"}
FIRST = 2
Models = dict[str, list[type[models.Model]]]
NUMBERS = (models.IntegerField, models.FloatField, models.DecimalField)
TIMES = (models.DateField, models.DateTimeField)


def _models() -> Models:
    found = {app: list(apps.get_app_config(app).get_models()) for app in DATA}
    return {
        app: [one for one in of_app if one.__name__ not in OF_THE_HOST]
        for app, of_app in found.items()
        if of_app
    }


MODELS = _models()


def of_model(model: type[models.Model]) -> Iterator[str]:
    rows = model._default_manager.order_by(*_unique_order(model))
    if not (count := rows.count()):
        return
    sums = rows.aggregate(**dict(_sums(model)))
    yield f"== {model.__name__} {count}"
    yield ", ".join(f"{name}: {_summed(value)}" for name, value in sums.items())
    kinds = [
        one.attname
        for one in model._meta.concrete_fields
        if one.related_model is ContentType
    ]
    for row in rows.values()[:FIRST]:
        # Their keys are others once there is one model more.
        for name in filter(row.get, kinds):
            row[name] = ContentType.objects.get_for_id(row[name]).model
        yield "- " + ", ".join(f"{name}: {value}" for name, value in row.items())


def _summed(value: Any) -> Any:
    # The last digits are of the order in which they were added.
    return f"{value:.6g}" if isinstance(value, float) else value


def _unique_order(model: type[models.Model]) -> list[str]:
    """Return an order in which rows are no matter which was inserted first."""
    return [*_natural_key(model), "pk"]


def _natural_key(model: type[models.Model]) -> list[str]:
    """Return the fields that tell its rows apart, or nothing."""
    of_parents = (parent._meta.constraints for parent in model._meta.parents)
    for one in (*model._meta.constraints, *chain.from_iterable(of_parents)):
        if isinstance(one, models.UniqueConstraint) and one.fields:
            return [part for name in one.fields for part in _parts(model, name)]
    # What is of one row of another is told apart as that is.
    return _parts(model, model._meta.pk.name) if model._meta.pk.is_relation else []


def _parts(model: type[models.Model], name: str) -> list[str]:
    related = model._meta.get_field(name).related_model
    if related is None or isinstance(related, str):
        return [name]
    return [f"{name}__{part}" for part in _natural_key(related)] or [name]


def _sums(model: type[models.Model]) -> Iterator[tuple[str, Any]]:
    """Yield what is counted or summed of each field that is no key."""
    for one in model._meta.concrete_fields:
        name = f"{one.name}__"
        if one.primary_key or one.is_relation:
            continue
        if isinstance(one, NUMBERS):
            yield f"{name}sum", Sum(one.name)
        elif isinstance(one, TIMES):
            yield f"{name}min", Min(one.name)
            yield f"{name}max", Max(one.name)
        elif isinstance(one, models.BooleanField):
            yield f"{name}true", Count("pk", filter=Q(**{one.name: True}))
        elif isinstance(one, models.CharField | models.TextField):
            yield f"{name}given", Count("pk", filter=~Q(**{one.name: ""}))
            yield f"{name}kinds", Count(one.name, distinct=True)
