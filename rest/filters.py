"""What the FilterSets of every app share: windows of days, and values that repeat."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.datastructures import MultiValueDict

# 01/02/2026 is two days, depending on who reads it.
ISO_DAY = ["%Y-%m-%d"]


class WindowForm(forms.Form):
    """Refuses a window that ends before it starts."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("start"), data.get("end")
        if isinstance(start, date) and isinstance(end, date) and start >= end:
            raise ValidationError(
                {"start": f"start {start} must be before end {end}; end is exclusive."}
            )
        return data


def start_filter(field_name: str = "day", **kwargs: Any) -> filters.DateFilter:
    return filters.DateFilter(
        field_name=field_name,
        lookup_expr="gte",
        input_formats=ISO_DAY,
        help_text="First day, inclusive.",
        **kwargs,
    )


def end_filter(field_name: str = "day", **kwargs: Any) -> filters.DateFilter:
    return filters.DateFilter(
        field_name=field_name,
        lookup_expr="lt",
        input_formats=ISO_DAY,
        help_text="Last day, exclusive.",
        **kwargs,
    )


class RepeatedInput(forms.SelectMultiple):
    """Reads `region=a&region=b`; with commas, `region=a,b` too."""

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
    """Any texts, each an exact value."""

    widget = RepeatedInput

    def clean(self, value: list[str]) -> list[str]:
        for text in value:
            ProhibitNullCharactersValidator()(text)
        texts: list[str] = super().clean(value)
        return texts


class AnyText(filters.Filter):
    """Rows whose column is one of the texts given.

    With commas=False a text may hold commas itself, as names of products do.
    """

    field_class = TextListField

    def __init__(self, *args: Any, commas: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("lookup_expr", "in")
        widget = RepeatedInput(commas=commas)
        super().__init__(*args, widget=widget, **kwargs)


class AnyChoice(filters.MultipleChoiceFilter):
    """Rows whose column is one of some named values; another value is refused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=RepeatedInput, distinct=False, **kwargs)


class AnyObject(filters.ModelMultipleChoiceFilter):
    """Rows that belong to one of some objects; an unknown one is refused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=RepeatedInput, distinct=False, **kwargs)

    def get_filter_predicate(self, v: Any) -> dict[str, Any]:
        """The object itself: django-filter would compare its key with the text."""
        return {self.field_name: v}


class YesOrNo(filters.TypedChoiceFilter):
    """Rows by `true` or `false`; another word is refused, not ignored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = [("true", "yes"), ("false", "no")]
        coerce = "true".__eq__
        super().__init__(*args, choices=choices, coerce=coerce, **kwargs)
