"""OpenAPI descriptions of every endpoint: problems, ETags, files and examples.

A field's example is chosen by its name, else by its type, so that a new endpoint has
examples without anybody writing them.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework.pagination import PageNumberPagination

from core.api.csv import CsvRenderer
from core.api.etag import ConditionalMixin
from core.api.files import SHEETS
from core.api.problems import (
    KINDS,
    PROBLEM,
    PROBLEM_SCHEMA,
    TYPE,
    DatabaseUnavailable,
    problem,
)
from core.api.xlsx import XlsxRenderer

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
    503: DatabaseUnavailable.default_detail,
}
MORE: dict[int, JSON] = {400: {"errors": {"strat": ["Unknown parameter."]}}}


def _text(description: str) -> JSON:
    return {"description": description, "schema": {"type": "string"}}


HEADERS: dict[int, JSON] = {
    401: {"WWW-Authenticate": _text("How to authenticate.")},
    429: {"Retry-After": _text("Seconds to wait.")},
    503: {"Retry-After": _text("Seconds to wait.")},
}
CACHED = {
    "ETag": _text(
        "Changes with the data, the parameters and the day. Send it back in "
        "If-None-Match."
    ),
    "Cache-Control": _text("private, no-cache: store it, but revalidate each time."),
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    **_text("The ETag of a stored response: 304 if it is unchanged."),
}
FILES: dict[str, JSON] = {
    CsvRenderer.media_type: {
        "schema": {"type": "string"},
        "example": "day,service,amount\r\n2026-01-31,Amazon S3,12.50\r\n",
    },
    XlsxRenderer.media_type: {"schema": {"type": "string", "format": "binary"}},
}
EXACT = {
    "name": "exact",
    "in": "query",
    "required": False,
    "schema": {"type": "boolean", "default": False},
    "description": f"Of {' and '.join(SHEETS)} alone: every decimal, rather than two.",
}

BY_NAME: JSON = {
    "address": "/costs/?period=last_month",
    "account": "111122223333",
    "account_id": "111122223333",
    "actor": "ada",
    "created_by": "ada",
    "currency": "USD",
    "detail": "What is wrong and what to do.",
    "end": "2026-02-01",
    "error": "",
    "instance_id": "i-0a1b2c3d4e5f67890",
    "instance_type": "m6i.large",
    "image_id": "ami-0a1b2c3d",
    "availability_zone": "eu-west-1a",
    "key": "Amazon S3",
    "lifecycle": "on-demand",
    "operating_system": "Linux",
    "tenancy": "Shared",
    "monitoring": "basic",
    "name": "production",
    "new_value": "stopped",
    "old_value": "running",
    "operation": "GetCostAndUsage",
    "previous": None,
    "private_ip": "10.0.0.17",
    "progress": "",
    "public_ip": "203.0.113.17",
    "region": "eu-west-1",
    "regions": [],
    "requests_by_operation": {"ce:GetCostAndUsage": 3},
    "role_arn": "arn:aws:iam::111122223333:role/cloudintel",
    "service": "Amazon S3",
    "start": "2026-01-01",
    "started_by": "ada",
    "state": "running",
    "sub_account_id": "111122223333",
    "tags": {"team": "shop"},
    "vpc_id": "vpc-0a1b2c3d",
}
NEXT = "https://cloudintel.example/api/v1/costs/?cursor=WyItZGF5Il0:1vK:Qx0"
BY_FORMAT: JSON = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T08:00:00Z",
    "decimal": "12.50",
    "uri": NEXT,
    "uuid": "5f2b1f0e-6f4c-4b62-9a44-0d6f6d0f2c11",
}
BY_TYPE: JSON = {"integer": 1, "number": 12.5, "boolean": True, "string": "text"}


class Schema(AutoSchema):
    """Add to each operation the responses that every view can give."""

    def get_operation(self, *args: Any, **kwargs: Any) -> JSON | None:
        operation: JSON | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        responses = operation["responses"]
        for code in {*ANY_ADDRESS, *self._own_problems(operation)}:
            responses[str(code)] = {"$ref": f"#/components/responses/{name_of(code)}"}
        files = [
            (response["content"], media)
            for response in responses.values()
            for media in FILES.keys() & response.get("content", {}).keys()
        ]
        for content, media in files:
            content[media] = FILES[media]
        if files and self.method == "GET":
            operation.setdefault("parameters", []).append(EXACT)
        none = ConditionalMixin.data_version
        has_etag = getattr(type(self.view), "data_version", none) is not none
        if self.method == "GET" and has_etag:
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
    return {
        "description": f"{KINDS[code][1]}: `{TYPE}{KINDS[code][0]}`.",
        **({"headers": HEADERS[code]} if code in HEADERS else {}),
        "content": {
            PROBLEM: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": problem(code, DETAILS[code], **MORE.get(code, {})),
            }
        },
    }


def with_examples(result: JSON, **kwargs: Any) -> JSON:
    """Add an example to each JSON body that has none."""
    components = result["components"]["schemas"]
    for path in result["paths"].values():
        for operation in path.values():
            for body in _bodies(operation):
                if not {"example", "examples"} & set(body):
                    body["example"] = example_of(body["schema"], components)
    return result


def _bodies(operation: JSON) -> list[JSON]:
    """Return the operation's JSON request and response bodies, without problems."""
    parts = [operation.get("requestBody", {}), *operation["responses"].values()]
    found = [part.get("content", {}).get("application/json") for part in parts]
    return [body for body in found if body and "schema" in body]


def example_of(schema: JSON, components: Mapping[str, JSON], name: str = "") -> Any:
    """Return a value that the schema allows."""
    if "$ref" in schema:
        return example_of(
            components[schema["$ref"].rpartition("/")[2]], components, name
        )
    for kind in ("allOf", "oneOf", "anyOf"):
        if kind in schema:
            return example_of(schema[kind][0], components, name)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return BY_NAME.get(name, [example_of(schema["items"], components, name)])
    if "properties" in schema:
        fields = schema["properties"].items()
        return {field: example_of(one, components, field) for field, one in fields}
    if name in BY_NAME:
        return BY_NAME[name]
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return {"key": example_of(inner, components)} if inner else {}
    by_type = BY_TYPE.get(schema.get("type", ""), {})
    return BY_FORMAT.get(schema.get("format", ""), _within(schema, by_type))


def _within(schema: JSON, value: Any) -> Any:
    """Return the value, moved into the bounds of its schema."""
    if schema.get("type") in ("integer", "number"):
        value = max(value, schema.get("minimum", value))
        return min(value, schema.get("maximum", value))
    if schema.get("type") == "string":
        return value[: schema.get("maxLength", len(value))]
    return value
