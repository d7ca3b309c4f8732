"""Pages of long lists: a database that sorts whole rows takes ten times as long."""

from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet

from core.pages import ListPages


class KeysFirst(ListPages):
    """Sorts keys alone, and then reads the rows of one page.

    What fits on the first page is counted by its keys, as a rare text is looked for in
    every row each time.
    """

    def rows(self) -> QuerySet[Any]:
        """Return what the rows of a page are read from, by their keys."""
        listed: Any = self.object_list
        return listed.order_by()

    def page(self, number: int | str) -> Page[Any]:
        if str(number) == "1":
            keys = self._keys(self.object_list, self.per_page + 1)
            if len(keys) <= self.per_page:
                self.count = len(keys)
            page = super().page(number)
        else:
            page = super().page(number)
            keys = self._keys(page.object_list, self.per_page)
        keys = keys[: self.per_page]
        rows = self.rows().in_bulk(keys)
        # One that was deleted in between is left out.
        page.object_list = [rows[key] for key in keys if key in rows]
        return page

    def _keys(self, listed: Any, count: int) -> list[Any]:
        return list(listed.values_list("pk", flat=True)[:count])
