"""Pagination by page number, for short lists."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

PAGE_SIZE = 100
LARGEST_PAGE = 1000
PAGE_SIZE_SCHEMA: dict[str, Any] = {
    "type": "integer",
    "minimum": 1,
    "default": PAGE_SIZE,
}


class Pages(PageNumberPagination):
    """`page` and `page_size`; every list has a unique order."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE
    invalid_page_message = "There is no page {page_number} of this list."

    parameters = frozenset({"page", "page_size"})

    def get_page_size(self, request: Request) -> int | None:
        size = asked_page_size(request)
        return self.page_size if size is None else min(size, self.max_page_size)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            query_parameter(
                "page",
                "Page number; `next` of a response is the following page.",
                {"type": "integer", "minimum": 1, "default": 1},
            ),
            query_parameter("page_size", PAGE_SIZE_HELP, PAGE_SIZE_SCHEMA),
        ]


PAGE_SIZE_HELP = f"Rows per page, at most {LARGEST_PAGE}."


def asked_page_size(request: Request) -> int | None:
    """Return the requested rows per page. Raise ValidationError."""
    given = request.query_params.get("page_size")
    if given is None:
        return None
    # Python refuses to parse very long numbers.
    digits = given[:9] if given.isascii() and given.isdecimal() else "0"
    if int(digits) < 1:
        reason = f"Use a whole number from 1 to {LARGEST_PAGE}."
        raise ValidationError({"page_size": [reason]})
    return int(digits)


def query_parameter(
    name: str, description: str, schema: dict[str, Any]
) -> dict[str, Any]:
    """Return the OpenAPI description of one query parameter."""
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }
