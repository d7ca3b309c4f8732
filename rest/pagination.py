"""Pages of a list."""

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request


class Pages(PageNumberPagination):
    """`page` and `page_size`; every list has an order without ties."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000

    def get_page_size(self, request: Request) -> int | None:
        given = request.query_params.get(self.page_size_query_param)
        if given is not None and not (given.isdecimal() and int(given) > 0):
            reason = f"A whole number from 1 to {self.max_page_size}, please."
            raise ValidationError({self.page_size_query_param: [reason]})
        return super().get_page_size(request)
