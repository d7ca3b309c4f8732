"""What an error answers: JSON with `detail`, or with the name of each wrong field."""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

logger = logging.getLogger(__name__)


class DatabaseAway(APIException):
    status_code = 503
    default_detail = "The database can't be reached. Try again in a moment."
    default_code = "database_away"


class QueueIsAway(APIException):
    status_code = 503
    default_code = "queue_away"


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's own answer, and 503 while the database is away."""
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("the database is away: %s", error)
        error = DatabaseAway()
    return exception_handler(error, context)
