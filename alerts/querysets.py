"""Questions about channels and notices."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Max, OuterRef, Q

from clouds.access import AccountScopedQuerySet

if TYPE_CHECKING:
    from alerts.models import Notice

# Longer than the task's time limit: the process that had begun to send was killed.
SENDING_EXPIRES_AFTER = timedelta(minutes=3)
# A failed delivery is tried again after a minute, then twice as long, up to an hour.
LONGEST_PAUSE = timedelta(hours=1)


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
        """Unsent ones whose next attempt is due and which no snooze keeps back, the
        oldest first.

        A time that no pause explains was written by a clock that was ahead.
        """
        is_free = (
            Q(sending_since=None)
            | Q(sending_since__lte=now - SENDING_EXPIRES_AFTER)
            | Q(sending_since__gt=now)
        )
        is_due = Q(due_at__lte=now) | Q(due_at__gt=now + LONGEST_PAUSE)
        rows = self.unsent().filter(is_free, is_due).exclude(_is_snoozed(now))
        return rows.order_by("due_at", "pk")

    def not_ended(self) -> "NoticeQuerySet":
        """Return sent ones about what no later notice says that it is over."""
        about = {"about_type": OuterRef("about_type"), "about_id": OuterRef("about_id")}
        ends = self.model.objects.filter(**about, is_end=True)
        return self.filter(is_end=False).exclude(sent_at=None).exclude(Exists(ends))

    def of_model(self, model: type[Any]) -> "NoticeQuerySet":
        return self.filter(about_type=ContentType.objects.get_for_model(model))

    def like(self, notices: "Iterable[Notice]") -> "NoticeQuerySet":
        """Return all notices, of any channel, of these topics about these things.

        Their ends and hand-overs are not among them.
        """
        same = Q(pk__in=[n.pk for n in notices])
        for kind, one, topic in {
            (n.about_type_id, n.about_id, n.topic) for n in notices
        }:
            same |= Q(about_type=kind, about_id=one, topic=topic, is_end=False)
        return self.filter(same)


def _is_snoozed(now: datetime) -> Exists:
    from alerts.models import Snooze

    about = {"about_type": OuterRef("about_type"), "about_id": OuterRef("about_id")}
    return Exists(Snooze.objects.filter(**about, until__gt=now))


class SnoozeQuerySet(AccountScopedQuerySet):
    def ended(self, now: datetime) -> Self:
        return self.filter(until__lte=now)
