"""Filters that every app shares: date ranges, repeated values, order, true or false."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import UTC, date, datetime
from typing import Any, Self

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict

from core.db.ordering import unknown_last

# 01/02/2026 is ambiguous.
ISO_DAY = ["%Y-%m-%d"]
NOT_A_DAY = "Use a date such as 2026-01-31."
# No cloud data is older, and every database can compare with these.
FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
LAST_MOMENT = datetime(2100, 1, 1, tzinfo=UTC)


class WindowForm(forms.Form):
    """Refuse a date range that ends before it starts."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("start"), data.get("end")
        if isinstance(start, date) and isinstance(end, date) and start >= end:
            raise ValidationError(
                {"start": f"start {start} must be before end {end}; end is exclusive."}
            )
        return data


class WindowFilter(filters.FilterSet):
    """Of what lies in a date range."""

    class Meta:
        form = WindowForm


class CheapCopy:
    """Copied for each request, but for the choices and texts, which stay the same."""

    extra: dict[str, Any]
    method: Any

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copied = copy(self)
        copied.extra = dict(self.extra)
        if self.method:
            copied.method = self.method  # bound to the copy
        return copied


def start_filter(field_name: str = "day", **kwargs: Any) -> filters.DateFilter:
    return _day_filter(field_name, "gte", "First day, inclusive.", **kwargs)


def end_filter(field_name: str = "day", **kwargs: Any) -> filters.DateFilter:
    return _day_filter(field_name, "lt", "Last day, exclusive.", **kwargs)


def _day_filter(
    field_name: str, lookup_expr: str, help_text: str, **kwargs: Any
) -> filters.DateFilter:
    return filters.DateFilter(
        field_name=field_name,
        lookup_expr=lookup_expr,
        input_formats=ISO_DAY,
        error_messages={"invalid": NOT_A_DAY},
        help_text=help_text,
        **kwargs,
    )


def moment_filter(
    field_name: str, lookup_expr: str, help_text: str
) -> filters.IsoDateTimeFilter:
    """Filter by an instant, such as 2026-01-31 or 2026-01-31T08:00Z; UTC by default."""
    return filters.IsoDateTimeFilter(
        field_name=field_name,
        lookup_expr=lookup_expr,
        help_text=help_text,
        validators=[MinValueValidator(FIRST_MOMENT), MaxValueValidator(LAST_MOMENT)],
        error_messages={"invalid": "Use a time such as 2026-01-31T08:00Z."},
    )


class RepeatedInput(forms.SelectMultiple):
    """Read `region=a&region=b`; with commas, `region=a,b` too."""

    def __init__(self, *args: Any, commas: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commas = commas

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> list[str]:
        values = data.getlist(name) if isinstance(data, MultiValueDict) else data[name]
        if self.commas:
            values = [part for value in values for part in value.split(",")]
        return [value.strip() for value in values if value.strip()]


class TextListField(forms.Field):
    """Any number of texts, each an exact value."""

    widget = RepeatedInput

    def clean(self, value: list[str]) -> list[str]:
        for text in value:
            ProhibitNullCharactersValidator()(text)
        texts: list[str] = super().clean(value)
        return texts


class AnyText(CheapCopy, filters.Filter):
    """Filter by any of the given texts.

    With commas=False a text may contain commas, as product names do.
    """

    field_class = TextListField

    def __init__(self, *args: Any, commas: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("lookup_expr", "in")
        widget = RepeatedInput(commas=commas)
        super().__init__(*args, widget=widget, **kwargs)


def _not_a_choice(choices: Iterable[tuple[object, object]]) -> dict[str, str]:
    names = ", ".join(str(value) for value, _ in choices)
    return {"invalid_choice": f'"%(value)s" is not valid. Choose from: {names}.'}


class OneChoice(CheapCopy, filters.ChoiceFilter):
    """Filter by one of a fixed set of values; another value is refused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", _not_a_choice(kwargs["choices"]))
        super().__init__(*args, **kwargs)


class AnyChoice(CheapCopy, filters.MultipleChoiceFilter):
    """Filter by any of a fixed set of values; another value is refused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", _not_a_choice(kwargs["choices"]))
        super().__init__(*args, widget=RepeatedInput, distinct=False, **kwargs)


class AnyObject(CheapCopy, filters.ModelMultipleChoiceFilter):
    """Filter by any of some objects; an unknown one is refused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        unknown = '"%(value)s" is unknown.'
        reasons = {"invalid_choice": unknown, "invalid_pk_value": "%(pk)s is unknown."}
        kwargs.setdefault("error_messages", reasons)
        super().__init__(*args, widget=RepeatedInput, distinct=False, **kwargs)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Leave it where nothing is chosen, without a query that is compiled for it."""
        if isinstance(value, QuerySet) and value.query.is_empty():
            return qs
        found: QuerySet[Any] = super().filter(qs, value)
        return found

    def get_filter_predicate(self, v: Any) -> dict[str, Any]:
        """Compare with its key; django-filter would compare what it is named by."""
        return {self.field_name: v.pk}


class Order(CheapCopy, filters.OrderingFilter):
    """Order as requested, then by the default order, so that the order stays unique."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text",
            "Prefix a name with a minus for descending; separate several by commas.",
        )
        super().__init__(*args, **kwargs)
        names = ", ".join(self.param_map)
        reason = (
            f'"%(value)s" is not valid. Choose from: {names}; prefix a minus for '
            "descending."
        )
        self.extra["error_messages"] = {"invalid_choice": reason}

    def filter(self, qs: QuerySet[Any], value: Sequence[str] | None) -> QuerySet[Any]:
        wanted = [self.get_ordering_value(name) for name in value or () if name]
        if not wanted:
            return qs
        default: Sequence[Any] = qs.query.order_by or qs.model._meta.ordering or ()
        columns: dict[str, Any] = {}
        for name in [*wanted, *default]:  # an expression may be among the latter
            columns.setdefault(str(name).removeprefix("-"), name)
        return qs.order_by(*columns.values())


class UnknownLastOrder(Order):
    """Order as requested, with what is unknown last, up or down."""

    def filter(self, qs: QuerySet[Any], value: Sequence[str] | None) -> QuerySet[Any]:
        rows = super().filter(qs, value)
        order = rows.query.order_by if value else ()
        last = [unknown_last(one) if isinstance(one, str) else one for one in order]
        return rows.order_by(*last) if last else rows


class YesOrNo(CheapCopy, filters.TypedChoiceFilter):
    """Filter by `true` or `false`; another value is refused, not ignored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = [("true", "yes"), ("false", "no")]
        coerce = "true".__eq__
        reason = {"invalid_choice": '"%(value)s" is not valid. Use true or false.'}
        super().__init__(
            *args, choices=choices, coerce=coerce, error_messages=reason, **kwargs
        )
