"""Error responses: problem documents (RFC 9457), and pages for browsers elsewhere."""

import json
import logging
import math
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponsePermanentRedirect,
)
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.views import defaults
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
from rest_framework.response import Response
from rest_framework.views import exception_handler

from core.refusals import Refusal

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

# What a database raises that is away, full, or too busy to answer in time.
DATABASE_AWAY = (InterfaceError, OperationalError)


class DatabaseUnavailable(APIException):
    status_code = 503
    default_detail = (
        "The database is unavailable, or its disk is full. Try again in a moment; if "
        "it persists, tell an administrator."
    )
    default_code = "database_away"
    wait = TRY_AGAIN_AFTER


class Unavailable(APIException):
    status_code = 503
    default_code = "unavailable"
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
    return {
        "type": TYPE + kind,
        "title": title,
        "status": status,
        "detail": detail,
        **more,
    }


def problem_response(status: int, detail: str) -> HttpResponse:
    """Return a problem where no endpoint was reached."""
    content = json.dumps(problem(status, detail))
    return HttpResponse(content, status=status, content_type=PROBLEM)


def render_problem(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the problem of this error; None for an internal error, raised on."""
    if isinstance(error, DATABASE_AWAY):
        logger.error("the database is unreachable: %s", error)
        error = DatabaseUnavailable()
    elif isinstance(error, Refusal):
        # Where it comes of a fault of ours, nobody else would know of it.
        logger.info("%s refused: %s", type(context["view"]).__name__, error)
        error = _of_refusal(error)
    # DRF's own answer brings WWW-Authenticate, Allow and Retry-After.
    response = exception_handler(error, dict(context))
    if response is None:
        return None
    if isinstance(error, ValidationError):
        more: dict[str, Any] = {"errors": errors_by_field(error.detail)}
        reasons = more["errors"].items()
        detail = " ".join(f"{name}: {' '.join(texts)}" for name, texts in reasons)
    else:
        detail = _detail(error, response, context)
        more = getattr(error, "more", {})
    response.data = problem(response.status_code, detail, **more)
    request = context["request"]
    renderer = getattr(request, "accepted_renderer", None)
    if not isinstance(renderer, BrowsableAPIRenderer):
        request.accepted_renderer = ProblemRenderer()
        request.accepted_media_type = PROBLEM
    return response


def _of_refusal(error: Refusal) -> APIException:
    if wrong := error.by_field():
        return ValidationError(wrong)
    return Unavailable(str(error)) if error.is_away else Conflict(str(error))


def _detail(error: Exception, response: Response, context: Mapping[str, Any]) -> str:
    """Return what is wrong and what to do, where the framework's text does not."""
    detail = str(response.data["detail"])
    view = context["view"]
    if isinstance(error, NotAuthenticated):
        return (
            "Send an API token in the header `Authorization: Token TOKEN`. Create one "
            f"at {reverse('tokens')}."
        )
    if isinstance(error, MethodNotAllowed):
        methods = ", ".join(view.allowed_methods)
        return f"{context['request'].method} is not allowed. Use one of {methods}."
    if isinstance(error, NotAcceptable):
        media = {renderer.media_type for renderer in view.renderer_classes}
        return f"The Accept header allows none of {', '.join(sorted(media))}."
    if isinstance(error, UnsupportedMediaType):
        media = {parser.media_type for parser in view.parser_classes}
        return f"{detail} Use one of {', '.join(sorted(media))}."
    if isinstance(error, Throttled) and (wait := getattr(error, "wait", None)):
        return f"Too many requests. Try again in {math.ceil(wait)} seconds."
    if isinstance(error, Http404):
        # The one parameter of an address is the row's key.
        queryset, keys = getattr(view, "queryset", None), [*view.kwargs.values()]
        if queryset is None or not keys:
            return f"There is nothing at {view.request.path}."
        name = queryset.model._meta.verbose_name
        return f"There is no {name} {keys[0]} that you may see."
    return detail


def errors_by_field(detail: Any, name: str = "") -> dict[str, list[str]]:
    """Return what is wrong by field; a field within another is "a.b"."""
    if not isinstance(detail, Mapping):
        texts = detail if isinstance(detail, list) else [detail]
        return {name or UNNAMED: [str(text) for text in texts]}
    errors: dict[str, list[str]] = {}
    fields = getattr(getattr(detail, "serializer", None), "fields", {})
    for key, inner in detail.items():
        inner_name = UNNAMED if key in ("non_field_errors", "__all__") else str(key)
        if choices := getattr(fields.get(key), "choices", ()):
            inner = [_name_choices(text, choices) for text in inner]
        errors |= errors_by_field(inner, f"{name}.{inner_name}" if name else inner_name)
    return errors


def _name_choices(text: Any, choices: Iterable[Any]) -> Any:
    if getattr(text, "code", "") != "invalid_choice":
        return text
    given = str(text).removesuffix(" is not a valid choice.")
    return f"{given} is not valid. Choose one of: {', '.join(map(str, choices))}."


def errors(*codes: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Return these responses for a view's schema, beyond those of every view."""
    return {(code, PROBLEM): OpenApiResponse(PROBLEM_SCHEMA) for code in codes}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    is_ours = isinstance(exception, BadRequest)
    reason = str(exception) if is_ours else "The request is malformed."
    if accepts_html(request):
        return render(request, "400.html", {"reason": reason}, status=400)
    return problem_response(400, reason)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if accepts_html(request):
        return defaults.page_not_found(request, exception)
    docs = reverse("swagger")
    detail = f"There is nothing at {request.path}. The API is described at {docs}."
    return problem_response(404, detail)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if accepts_html(request):
        return defaults.permission_denied(request, exception)
    return problem_response(403, str(exception) or "Your user lacks a permission.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Say nothing about the cause: it is in the log."""
    if isinstance(sys.exception(), DATABASE_AWAY):
        return database_away(request)
    if accepts_html(request):
        return defaults.server_error(request)
    detail = "The error was logged. Try again; if it persists, tell an administrator."
    return problem_response(500, detail)


def database_away(request: HttpRequest) -> HttpResponse:
    """Ask nothing of the database: neither who is signed in, nor what is stored."""
    if accepts_html(request):
        response = HttpResponse(render_to_string("503.html"), status=503)
    else:
        response = problem_response(503, DatabaseUnavailable.default_detail)
    response["Retry-After"] = str(TRY_AGAIN_AFTER)
    return response


def accepts_html(request: HttpRequest) -> bool:
    """Return whether the client is a browser: those accept HTML by name."""
    return "text/html" in request.headers.get("Accept", "")


class MethodMiddleware(MiddlewareMixin):
    """Say what is wrong, where Django refuses a method with an empty response."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        methods = response["Allow"]
        if accepts_html(request):
            refusal = render(request, "405.html", {"methods": methods}, status=405)
        else:
            detail = f"{request.method} is not allowed. Use one of {methods}."
            refusal = problem_response(405, detail)
        refusal["Allow"] = methods
        return refusal


class SlashMiddleware(CommonMiddleware):
    """Django's, but a request with a body is never redirected, which would drop it.

    Monitors may ask for any host: a load balancer names each machine's own address.
    """

    def process_request(
        self, request: HttpRequest
    ) -> HttpResponsePermanentRedirect | None:
        if request.path_info in settings.MONITORED_ADDRESSES:
            return None
        return super().process_request(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if (
            response.status_code == 404
            and request.method not in ("GET", "HEAD", "OPTIONS")
            and self.should_redirect_with_slash(request)
        ):
            address = f"{request.path}/"
            return problem_response(404, f"Addresses end with a slash. Use {address}")
        return super().process_response(request, response)
