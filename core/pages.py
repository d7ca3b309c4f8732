"""Pages of lists."""

from typing import Any

from django.core.paginator import EmptyPage, Paginator


class ListPages(Paginator[Any]):
    """A number past the end shows the last page: the list may have become shorter."""

    def validate_number(self, number: Any) -> int:
        try:
            return super().validate_number(number)
        except EmptyPage:
            return self.num_pages
