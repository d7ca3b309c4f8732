"""Lists by number of page, where there are few rows and they hardly move."""

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
    """`page` and `page_size`; every list has an order without ties."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE

    @property
    def parameters(self) -> set[str]:
        """The query parameters that it reads."""
        return {self.page_query_param, str(self.page_size_query_param)}

    def get_page_size(self, request: Request) -> int | None:
        size = asked_page_size(request)
        return self.page_size if size is None else min(size, self.max_page_size)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            query_parameter(
                "page",
                "Which page; `next` of an answer leads to the following one.",
                {"type": "integer", "minimum": 1, "default": 1},
            ),
            query_parameter("page_size", PAGE_SIZE_TOLD, PAGE_SIZE_SCHEMA),
        ]


PAGE_SIZE_TOLD = f"Rows of a page; {LARGEST_PAGE} at most, however many are asked for."


def asked_page_size(request: Request) -> int | None:
    """The rows per page that were asked for. Raises ValidationError."""
    given = request.query_params.get("page_size")
    if given is None:
        return None
    # Python reads no number of more digits; nobody means one.
    digits = given[:9] if given.isascii() and given.isdecimal() else "0"
    if int(digits) < 1:
        reason = f"A whole number from 1 to {LARGEST_PAGE}, please."
        raise ValidationError({"page_size": [reason]})
    return int(digits)


def query_parameter(name: str, told: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One query parameter as OpenAPI describes it."""
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": told,
        "schema": schema,
    }
