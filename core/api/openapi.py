"""OpenAPI descriptions that every endpoint shares: problems, ETags, files."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework.pagination import PageNumberPagination

from core.api.etag import ConditionalMixin
from core.api.problems import KINDS, PROBLEM, PROBLEM_SCHEMA, TYPE, problem

JSON = dict[str, Any]

ANY_ADDRESS = (400, 401, 403, 406, 429, 500, 503)
# An example detail of each.
DETAILS = {
    400: "strat: Unknown parameter. Did you mean start? Valid parameters: end, start.",
    401: "Send an API token in the header `Authorization: Token TOKEN`. Create one at "
    "/tokens/.",
    403: "This needs the permission costs.view_dailycost.",
    404: "There is no instance 123 that you may see.",
    406: "The Accept header allows none of application/json, text/csv, text/html.",
    409: "Already running: Cost of production (111122223333). Wait for it to end.",
    415: 'Unsupported media type "text/plain" in request. Use one of application/json.',
    429: "Too many requests. Try again in 12 seconds.",
    500: "The error was logged. Try again; if it persists, tell an administrator.",
    503: "The database can't be reached. Try again in a moment.",
}
MORE: dict[int, JSON] = {400: {"errors": {"strat": ["Unknown parameter."]}}}
HEADERS: dict[int, JSON] = {
    401: {"WWW-Authenticate": "How to authenticate."},
    429: {"Retry-After": "Seconds to wait."},
    503: {"Retry-After": "Seconds to wait."},
}
CACHED = {
    "ETag": {
        "description": "Changes with the data, the parameters and the day. Send it "
        "back in If-None-Match.",
        "schema": {"type": "string"},
    },
    "Cache-Control": {
        "description": "private, no-cache: store it, but revalidate each time.",
        "schema": {"type": "string"},
    },
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of a stored response: 304 if it is unchanged.",
    "schema": {"type": "string"},
}
FILE = {
    "schema": {"type": "string"},
    "example": "day,service,amount\r\n2026-01-31,Amazon S3,12.50\r\n",
}


class Schema(AutoSchema):
    """Add to each operation the responses that every view can give."""

    def get_operation(self, *args: Any, **kwargs: Any) -> JSON | None:
        operation: JSON | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        responses = operation["responses"]
        for code in {*ANY_ADDRESS, *self._own_problems(operation)}:
            responses[str(code)] = {"$ref": f"#/components/responses/{name_of(code)}"}
        for response in responses.values():
            if "text/csv" in response.get("content", {}):
                response["content"]["text/csv"] = FILE
        if self.method == "GET" and _has_etag(self.view):
            operation.setdefault("parameters", []).append(IF_NONE_MATCH)
            responses["200"]["headers"] = CACHED
            responses["304"] = {"description": "The stored response is unchanged."}
        operation["responses"] = dict(sorted(responses.items()))
        return operation

    def _own_problems(self, operation: JSON) -> set[int]:
        """Return the problems that the view names, and those of its inputs."""
        codes = {int(code) for code in operation["responses"] if int(code) >= 400}
        pages: Any = self._get_paginator()  # type: ignore[no-untyped-call]
        if "{" in self.path or isinstance(pages, PageNumberPagination):
            codes.add(404)
        if "requestBody" in operation:
            codes.add(415)
        return codes


def _has_etag(view: Any) -> bool:
    own = getattr(type(view), "data_version", ConditionalMixin.data_version)
    return own is not ConditionalMixin.data_version


def name_of(code: int) -> str:
    """Return the component name of a problem, such as NotFound."""
    return HTTPStatus(code).phrase.replace(" ", "")


def with_problems(result: JSON, **kwargs: Any) -> JSON:
    """Add the problems that operations refer to, each with an example."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["responses"] = {name_of(code): _response(code) for code in DETAILS}
    return result


def _response(code: int) -> JSON:
    headers = {
        name: {"description": told, "schema": {"type": "string"}}
        for name, told in HEADERS.get(code, {}).items()
    }
    return {
        "description": f"{KINDS[code][1]}: `{TYPE}{KINDS[code][0]}`.",
        **({"headers": headers} if headers else {}),
        "content": {
            PROBLEM: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": problem(code, DETAILS[code], **MORE.get(code, {})),
            }
        },
    }
