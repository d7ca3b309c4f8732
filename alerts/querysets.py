"""Questions about notices."""

from datetime import datetime

from clouds.access import AccountScopedQuerySet


class NoticeQuerySet(AccountScopedQuerySet):
    def unsent(self) -> "NoticeQuerySet":
        return self.filter(sent_at__isnull=True)

    def due(self, now: datetime) -> "NoticeQuerySet":
        """Unsent ones whose next attempt is due, the oldest first."""
        return self.unsent().filter(due_at__lte=now).order_by("due_at", "pk")
