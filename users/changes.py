"""Changes of a form for the audit log: {field: [before, after]}, without secrets."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.forms import (
    BaseForm,
    Field,
    ModelChoiceField,
    ModelMultipleChoiceField,
    PasswordInput,
)

# Replaces the value of a secret: only the change itself is recorded.
HIDDEN = "(hidden)"
SECRETS = ("password", "external_id", "secret", "token")

Changes = dict[str, list[Any]]


def changes_of(form: BaseForm, *, is_new: bool = False) -> Changes:
    """Return each field that the form changed; for a new row every filled-in one."""
    before = {} if is_new else form.initial
    return {
        name: [
            _shown(name, form.fields[name], before.get(name)),
            _shown(name, form.fields[name], form.cleaned_data[name]),
        ]
        for name in form.changed_data
        # A secret left empty stays unchanged.
        if name in form.cleaned_data and before.get(name) != form.cleaned_data[name]
    }


def values_changed(before: object, after: object, names: Iterable[str]) -> Changes:
    """Return the same from two states of a row; `before` is None for a new row."""
    changes = {}
    for name in names:
        old, new = getattr(before, name, None), getattr(after, name)
        if old != new:
            changes[name] = [_shown(name, None, old), _shown(name, None, new)]
    return changes


def _shown(name: str, field: Field | None, value: Any) -> Any:
    if any(word in name for word in SECRETS) or (
        field is not None and isinstance(field.widget, PasswordInput)
    ):
        return HIDDEN if value else ""
    if isinstance(field, ModelMultipleChoiceField):
        return sorted(str(row) for row in value or ())
    if isinstance(field, ModelChoiceField) and value is not None:
        # A form starts with a key and ends with a row.
        assert field.queryset is not None  # noqa: S101 - for the type checker
        rows = field.queryset.model._default_manager
        return str(rows.filter(pk=getattr(value, "pk", value)).first())
    return _plain(value)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str | dict):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value)
