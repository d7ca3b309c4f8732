"""What an error answers: JSON with `detail`, or with the name of each wrong field."""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError
from drf_spectacular.utils import OpenApiResponse
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

logger = logging.getLogger(__name__)

DETAIL = {
    "type": "object",
    "properties": {"detail": {"type": "string"}},
    "required": ["detail"],
}
PER_FIELD = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
}
# What the schema says of each: the shape, and when it is answered.
ERRORS = {
    400: OpenApiResponse(PER_FIELD, "What is wrong, under the name of each field."),
    401: OpenApiResponse(DETAIL, "Nobody is signed in."),
    403: OpenApiResponse(DETAIL, "The permission is missing; it is named."),
    404: OpenApiResponse(DETAIL, "There is nothing of that number."),
    409: OpenApiResponse(DETAIL, "It can't be done as it stands now; says why."),
    503: OpenApiResponse(DETAIL, "The database or the queue is away; says which."),
}


class DatabaseAway(APIException):
    status_code = 503
    default_detail = "The database can't be reached. Try again in a moment."
    default_code = "database_away"


class Conflict(APIException):
    status_code = 409
    default_code = "conflict"


class QueueIsAway(APIException):
    status_code = 503
    default_code = "queue_away"


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's own answer, and 503 while the database is away."""
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("the database is away: %s", error)
        error = DatabaseAway()
    return exception_handler(error, context)


def errors(*codes: int) -> dict[int, OpenApiResponse]:
    """Those answers, for a view's schema; 401 and 503 belong to every view."""
    return {code: ERRORS[code] for code in (401, *codes, 503)}
