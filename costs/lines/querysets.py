"""Questions about stored line items."""

from clouds.access import AccountScopedQuerySet
from core.windows import Window, first_of_month


class LineItemMonthQuerySet(AccountScopedQuerySet):
    account_path = "account"

    def in_window(self, window: Window) -> "LineItemMonthQuerySet":
        """Return those that have days of the window."""
        first = first_of_month(window.start)
        return self.filter(month__gte=first, month__lt=window.end)
