"""Error responses: every error is a problem document (RFC 9457)."""

import json
import logging
import math
from collections.abc import Mapping
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiResponse
from rest_framework.exceptions import (
    APIException,
    MethodNotAllowed,
    NotAcceptable,
    NotAuthenticated,
    Throttled,
    UnsupportedMediaType,
    ValidationError,
)
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

logger = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
# Prefix of `type`; programs tell problems apart by the rest.
TYPE = "urn:problem-type:cloudintel:"
# status -> (end of the type, title)
KINDS = {
    400: ("invalid", "Invalid request"),
    401: ("authentication-required", "Authentication required"),
    403: ("permission-denied", "Permission denied"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "Method not allowed"),
    406: ("not-acceptable", "Format not available"),
    409: ("conflict", "Conflict"),
    413: ("too-large", "Request too large"),
    415: ("unsupported-media-type", "Unsupported media type"),
    429: ("too-many-requests", "Too many requests"),
    500: ("internal-error", "Internal error"),
    503: ("unavailable", "Service unavailable"),
}
# Seconds after which a retry is worthwhile.
TRY_AGAIN_AFTER = 10

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "The body of every error (RFC 9457). An endpoint may add members.",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "enum": [TYPE + kind for kind, _ in KINDS.values()],
            "description": "The kind of problem, for programs.",
        },
        "title": {"type": "string", "description": "The kind of problem, for people."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What is wrong and what to do."},
        "errors": {
            "type": "object",
            "description": "400 only: what is wrong, by parameter or field.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "required": ["type", "title", "status", "detail"],
}

# The name of errors that belong to no single field.
UNNAMED = "request"


class DatabaseAway(APIException):
    status_code = 503
    default_detail = "The database can't be reached. Try again in a moment."
    default_code = "database_away"
    wait = TRY_AGAIN_AFTER


class BrokerUnavailableError(APIException):
    status_code = 503
    default_code = "queue_away"
    wait = TRY_AGAIN_AFTER


class Conflict(APIException):
    """The state does not allow it; `more` are further members of the problem."""

    status_code = 409
    default_code = "conflict"

    def __init__(self, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.more = more


class ProblemRenderer(JSONRenderer):
    media_type = PROBLEM


def problem(status: int, detail: str, **more: Any) -> dict[str, Any]:
    """Return the members of a problem: `type`, `title`, `status`, `detail`, `more`."""
    kind, title = KINDS[status]
    known = {"type": TYPE + kind, "title": title, "status": status, "detail": detail}
    return {**known, **more}


def problem_response(status: int, detail: str) -> HttpResponse:
    """Return a problem where no endpoint was reached."""
    content = json.dumps(problem(status, detail))
    return HttpResponse(content, status=status, content_type=PROBLEM)


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the problem of this error; None for an internal error, raised on."""
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("the database is unreachable: %s", error)
        error = DatabaseAway()
    # DRF's own answer brings WWW-Authenticate, Allow and Retry-After.
    response = exception_handler(error, dict(context))
    if response is None:
        return None
    if isinstance(error, ValidationError):
        found = named(error.detail)
        response.data = problem(response.status_code, sentences(found), errors=found)
    else:
        detail = _detail(error, response, context)
        more = getattr(error, "more", {})
        response.data = problem(response.status_code, detail, **more)
    _in_its_own_format(context["request"])
    return response


def _detail(error: Exception, response: Response, context: Mapping[str, Any]) -> str:
    """Return what is wrong and what to do, where the framework's text does not."""
    detail = str(response.data["detail"])
    if isinstance(error, NotAuthenticated):
        return (
            "Send an API token in the header `Authorization: Token TOKEN`. Create one "
            "at /tokens/."
        )
    if isinstance(error, MethodNotAllowed):
        methods = ", ".join(context["view"].allowed_methods)
        return f"{context['request'].method} is not allowed. Use one of {methods}."
    if isinstance(error, NotAcceptable):
        media = {renderer.media_type for renderer in context["view"].renderer_classes}
        return f"The Accept header allows none of {', '.join(sorted(media))}."
    if isinstance(error, UnsupportedMediaType):
        media = {parser.media_type for parser in context["view"].parser_classes}
        return f"{detail} Use one of {', '.join(sorted(media))}."
    wait = getattr(error, "wait", None)
    if isinstance(error, Throttled) and wait is not None:
        return f"Too many requests. Try again in {math.ceil(wait)} seconds."
    if isinstance(error, Http404):
        return _not_found(context["view"])
    return detail


def _not_found(view: Any) -> str:
    """Name what the address asks for: "There is no instance 123 that you may see."."""
    queryset, pk = getattr(view, "queryset", None), view.kwargs.get("pk")
    if queryset is None or pk is None:
        return f"There is nothing at {view.request.path}."
    return f"There is no {queryset.model._meta.verbose_name} {pk} that you may see."


def named(detail: Any, name: str = "") -> dict[str, list[str]]:
    """Return what is wrong by field; a field within another is "a.b"."""
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for key, inner in detail.items():
            inner_name = UNNAMED if key in ("non_field_errors", "__all__") else key
            if choices := _choices(detail, key):
                inner = [_choose(text, choices) for text in inner]
            found |= named(inner, f"{name}.{inner_name}" if name else str(inner_name))
        return found
    texts = detail if isinstance(detail, list) else [detail]
    return {name or UNNAMED: [str(text) for text in texts]}


def _choices(detail: Mapping[str, Any], name: str) -> list[str]:
    """Return the choices of a field of the serializer that refused the request."""
    serializer = getattr(detail, "serializer", None)
    field = getattr(serializer, "fields", {}).get(name)
    return [str(choice) for choice in getattr(field, "choices", ())]


def _choose(text: Any, choices: list[str]) -> Any:
    if getattr(text, "code", "") != "invalid_choice":
        return text
    given = str(text).removesuffix(" is not a valid choice.")
    return f"{given} is not valid. Choose one of: {', '.join(choices)}."


def sentences(errors: Mapping[str, list[str]]) -> str:
    """Return everything that is wrong in one text."""
    return " ".join(f"{name}: {' '.join(texts)}" for name, texts in errors.items())


def _in_its_own_format(request: Request) -> None:
    """Render the error as a problem, except in the browsable API."""
    renderer = getattr(request, "accepted_renderer", None)
    if not isinstance(renderer, BrowsableAPIRenderer):
        request.accepted_renderer = ProblemRenderer()
        request.accepted_media_type = PROBLEM


def errors(*codes: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Return these responses for a view's schema, beyond those of every view."""
    return {(code, PROBLEM): OpenApiResponse(PROBLEM_SCHEMA) for code in codes}
