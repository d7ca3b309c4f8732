"""Pages of long lists: a database that sorts whole rows takes ten times as long."""

from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet

from core.pages import ListPages

# More rows of a filtered list are counted by themselves.
MOST_KEYS = 2000


class KeysFirst(ListPages):
    """Sorts keys alone, and then reads the rows of one page.

    The keys of a short list are read once, for its count and its pages, as a filter may
    look into every row each time.
    """

    def rows(self) -> QuerySet[Any]:
        """Return what the rows of a page are read from, by their keys."""
        listed: Any = self.object_list
        return listed.order_by()

    def page(self, number: int | str) -> Page[Any]:
        keys: list[Any] | None = None
        listed: Any = self.object_list
        most = MOST_KEYS if listed.query.where else self.per_page
        if str(number).isdecimal() and 0 < int(number) * self.per_page <= most:
            keys = self._keys(listed[: most + 1])
            if len(keys) <= most:
                self.count = len(keys)
        page = super().page(number)
        if keys is None:
            keys = self._keys(page.object_list)
        else:
            first = (page.number - 1) * self.per_page
            keys = keys[first : first + self.per_page]
        rows = self.rows().in_bulk(keys)
        # One that was deleted in between is left out.
        page.object_list = [rows[key] for key in keys if key in rows]
        return page

    def _keys(self, listed: Any) -> list[Any]:
        return list(listed.values_list("pk", flat=True))
