"""Questions about channels and notices."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Max, Q, QuerySet

from clouds.access import AccountScopedQuerySet, AnyUser, is_limited

if TYPE_CHECKING:
    from alerts.models import Notice

# Longer than the task's time limit: the process that had begun to send was killed.
SENDING_EXPIRES_AFTER = timedelta(minutes=3)
# A failed delivery is tried again after a minute, then twice as long, up to an hour.
LONGEST_PAUSE = timedelta(hours=1)


class ChannelQuerySet(QuerySet[Any]):
    """Channels are told of every account."""

    def visible_to(self, user: AnyUser) -> Self:
        """Return all, or none for users who see only some accounts."""
        return self.none() if is_limited(user) else self


class NoticeQuerySet(AccountScopedQuerySet):
    def unsent(self) -> "NoticeQuerySet":
        return self.filter(sent_at__isnull=True)

    def last_per_channel(self, names: Iterable[str]) -> "dict[str, Notice]":
        """Return the newest notice of each channel that was tried."""
        newest = (
            self.filter(channel__in=names, attempts__gt=0)
            .order_by()
            .values("channel")
            .annotate(newest=Max("pk"))
        )
        found = self.filter(pk__in=[row["newest"] for row in newest])
        return {notice.channel: notice for notice in found}

    def due(self, now: datetime) -> "NoticeQuerySet":
        """Unsent ones whose next attempt is due, the oldest first.

        A time that no pause explains was written by a clock that was ahead.
        """
        is_free = (
            Q(sending_since=None)
            | Q(sending_since__lte=now - SENDING_EXPIRES_AFTER)
            | Q(sending_since__gt=now)
        )
        is_due = Q(due_at__lte=now) | Q(due_at__gt=now + LONGEST_PAUSE)
        return self.unsent().filter(is_free, is_due).order_by("due_at", "pk")
