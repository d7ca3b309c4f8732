"""Query parameters: known ones are validated, unknown ones are refused by name."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django_filters.filterset import FilterSet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from core.api.files import SHEETS
from core.api.suggestions import suggestion


class StrictFilterBackend(DjangoFilterBackend):
    """Filter by the view's FilterSet and refuse unknown parameters.

    A view's `extra_parameters` names those that it reads itself.
    """

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        kind = self.get_filterset_class(view, queryset)
        known = set(getattr(view, "extra_parameters", ()))
        known.update(page_parameters(view))
        known.update(kind.base_filters if kind else ())
        refuse_unknown(request.query_params, known)
        if kind is None:
            return queryset
        asked = asked_filters(kind, frozenset(request.query_params))
        options = self.get_filterset_kwargs(request, queryset, view)
        return filtered(asked(**options))


@lru_cache(maxsize=512)
def asked_filters(kind: type[FilterSet], names: frozenset[str]) -> type[FilterSet]:
    """Return the FilterSet with the filters of these names alone, and the required.

    Each of the others would be copied and checked to find that nothing is asked of it,
    which takes longer than most queries. Its form has no values of these, and may add
    no errors to them.
    """
    whole: Any = kind
    narrowed: Any = type(kind.__name__, (kind,), {})
    narrowed.base_filters = OrderedDict(
        (name, one)
        for name, one in whole.base_filters.items()
        if name in names or one.extra["required"]
    )
    found: type[FilterSet] = narrowed
    return found


def filtered(filterset: FilterSet) -> Any:
    """Return the filtered rows. Raise ValidationError naming the parameter."""
    checked(filterset)
    return filterset.qs


def checked(filterset: FilterSet) -> dict[str, Any]:
    """Return the validated parameters. Raise ValidationError naming the parameter."""
    if not filterset.is_valid():
        # The library's own translation formats by each % of what was given.
        raise ValidationError(
            {
                name: [
                    ErrorDetail(text, error.code or "invalid")
                    for error in errors
                    for text in error.messages
                ]
                for name, errors in filterset.errors.as_data().items()
            }
        )
    values: dict[str, Any] = filterset.form.cleaned_data
    return values


def refuse_unknown(given: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise ValidationError for each unknown parameter."""
    names = {*known, api_settings.URL_FORMAT_OVERRIDE or "format"}
    if given.get("format") in SHEETS:
        names.add("exact")
    unknown = sorted(set(given) - names)
    if unknown:
        raise ValidationError({name: [_unknown(name, names)] for name in unknown})


def _unknown(name: str, known: set[str]) -> str:
    hint = suggestion(name, known)
    return f"Unknown parameter.{hint} Valid parameters: {', '.join(sorted(known))}."


class StrictSerializer(Serializer[Any]):
    """The body of a request, of which each unknown field is refused by name."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(self.initial_data) - set(self.fields))
        if unknown:
            raise ValidationError({name: ["Unknown field."] for name in unknown})
        return attrs


def body_of(
    request: Request, kind: type[BaseSerializer[Any]], row: Any = None, **options: Any
) -> dict[str, Any]:
    """Return the body, for a change of `row`, of a request without parameters.

    Raise ValidationError naming the field or parameter.
    """
    refuse_unknown(request.query_params, ())
    given = kind(row, data=request.data, context={"request": request}, **options)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def parameters_of(request: Request, kind: type[Serializer[Any]]) -> dict[str, Any]:
    """Return the validated parameters. Raise ValidationError naming the parameter."""
    refuse_unknown(request.query_params, kind().fields)
    given = kind(data=request.query_params)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def page_parameters(view: APIView) -> set[str]:
    """Return the parameters of the view's pagination."""
    pages = getattr(view, "paginator", None)
    return set(pages.parameters) if pages else set()
