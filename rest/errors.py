"""What an error answers: one shape for all of them, the problem of RFC 9457."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

logger = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
# What `type` begins with; a program tells problems apart by what follows.
TYPE = "urn:problem-type:cloudintel:"
# status -> (the end of its type, its title)
KINDS = {
    400: ("invalid", "The request is not valid"),
    401: ("not-signed-in", "Nobody is signed in"),
    403: ("not-allowed", "A right is missing"),
    404: ("not-found", "There is nothing here"),
    405: ("no-such-method", "This address has no such method"),
    406: ("no-such-format", "There is no such format"),
    409: ("conflict", "It can't be done as it stands now"),
    413: ("too-large", "The request is too large"),
    415: ("unreadable-format", "The body's format can't be read"),
    429: ("too-many-requests", "Too many requests"),
    500: ("fault", "Something went wrong here"),
    503: ("unavailable", "A part is away"),
}
# Seconds after which a part that is away is worth another try.
TRY_AGAIN_AFTER = 10

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What every error answers (RFC 9457). An endpoint may add members.",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "enum": [TYPE + kind for kind, _ in KINDS.values()],
            "description": "Which kind of problem it is, for a program.",
        },
        "title": {"type": "string", "description": "The same, for a person."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What is wrong, and what to do."},
        "errors": {
            "type": "object",
            "description": "Only of 400: what is wrong, by parameter or field.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "required": ["type", "title", "status", "detail"],
}

# What the wrong things of a request are called where they have no name.
UNNAMED = "request"


class DatabaseAway(APIException):
    status_code = 503
    default_detail = "The database can't be reached. Try again in a moment."
    default_code = "database_away"
    wait = TRY_AGAIN_AFTER


class QueueIsAway(APIException):
    status_code = 503
    default_code = "queue_away"
    wait = TRY_AGAIN_AFTER


class Conflict(APIException):
    """It can't be done now; `more` are further members of the problem."""

    status_code = 409
    default_code = "conflict"

    def __init__(self, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.more = more


class ProblemRenderer(JSONRenderer):
    media_type = PROBLEM


def problem(status: int, detail: str, **more: Any) -> dict[str, Any]:
    """The members of a problem: `type`, `title`, `status`, `detail`, and `more`."""
    kind, title = KINDS[status]
    told = {"type": TYPE + kind, "title": title, "status": status, "detail": detail}
    return {**told, **more}


def problem_response(status: int, detail: str) -> HttpResponse:
    """A problem where no endpoint was reached that could answer one."""
    content = json.dumps(problem(status, detail))
    return HttpResponse(content, status=status, content_type=PROBLEM)


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The problem that this error is; None for a fault of ours, which is raised on."""
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("the database is away: %s", error)
        error = DatabaseAway()
    # DRF's own answer brings WWW-Authenticate, Allow and Retry-After.
    response = exception_handler(error, dict(context))
    if response is None:
        return None
    if isinstance(error, ValidationError):
        found = named(error.detail)
        response.data = problem(response.status_code, told(found), errors=found)
    else:
        detail = str(response.data["detail"])
        more = getattr(error, "more", {})
        response.data = problem(response.status_code, detail, **more)
    _in_its_own_format(context["request"])
    return response


def named(detail: Any, name: str = "") -> dict[str, list[str]]:
    """What is wrong under the name of each field; one within another is "a.b"."""
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for key, inner in detail.items():
            inner_name = UNNAMED if key in ("non_field_errors", "__all__") else key
            found |= named(inner, f"{name}.{inner_name}" if name else str(inner_name))
        return found
    texts = detail if isinstance(detail, list) else [detail]
    return {name or UNNAMED: [str(text) for text in texts]}


def told(errors: Mapping[str, list[str]]) -> str:
    """All that is wrong in one text."""
    return " ".join(f"{name}: {' '.join(texts)}" for name, texts in errors.items())


def _in_its_own_format(request: Request) -> None:
    """Whatever was asked for, an error is a problem; in a browser it is shown."""
    renderer = getattr(request, "accepted_renderer", None)
    if not isinstance(renderer, BrowsableAPIRenderer):
        request.accepted_renderer = ProblemRenderer()
        request.accepted_media_type = PROBLEM


def errors(*codes: int) -> dict[tuple[int, str], OpenApiResponse]:
    """These answers, for a view's schema. What any address may answer is known."""
    return {(code, PROBLEM): OpenApiResponse(PROBLEM_SCHEMA) for code in codes}
