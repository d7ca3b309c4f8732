"""Pages of the admin's lists, of which a very long one is not counted to its end."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

# PostgreSQL counts so many in some ten milliseconds, and ten million in half a second.
MOST_COUNTED = 100_000


class CountedPages(Paginator[Any]):
    """Lists the first MOST_COUNTED rows; filters lead to those that follow."""

    template_name = "admin/counted_pages.html"

    @cached_property
    def count(self) -> int:
        """Return how many rows it lists."""
        return min(self._counted, MOST_COUNTED)

    @cached_property
    def has_more(self) -> bool:
        return self._counted > MOST_COUNTED

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: MOST_COUNTED + 1].count())
