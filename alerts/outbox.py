"""The outbox: rooms queue notices here, and a task delivers them."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Model
from django.utils import timezone

from alerts.channels import DeliveryFailed, configured_channels
from alerts.models import Notice

logger = logging.getLogger(__name__)

LONGEST_SUBJECT = 120
# A failed delivery is tried again after a minute, then twice as long, up to an hour.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
# Beat starts the next delivery then; slow channels leave the rest to it.
DELIVERY_TIME = timedelta(seconds=45)


def queue_notice(
    about: Model,
    event: str,
    text: str,
    now: datetime,
    *,
    severity: Notice.Severity,
    account: Any = None,
    channels: Collection[str] | None = None,
) -> None:
    """Queue what happened to `about` on each configured channel, once.

    `channels` limits it to some of them; `account` limits who may see it.
    """
    Notice.objects.bulk_create(
        [
            Notice(
                key=_key(about, event),
                channel=name,
                severity=severity,
                subject=text.splitlines()[0][:LONGEST_SUBJECT],
                text=text,
                about_type=ContentType.objects.get_for_model(about),
                about_id=about.pk,
                account=account,
                created_at=now,
                due_at=now,
            )
            for name in configured_channels()
            if channels is None or name in channels
        ],
        ignore_conflicts=True,
    )


def withdraw(about: Model, event: str) -> None:
    """Take back the notices of that event which no channel has taken yet."""
    Notice.objects.unsent().filter(key=_key(about, event)).delete()


def _key(about: Model, event: str) -> str:
    return f"{about._meta.label_lower} {about.pk} {event}"


def deliver_due(now: datetime) -> int:
    """Send each notice that is due, and return how many were sent.

    The process that moves a notice's next attempt ahead sends it, so concurrent
    processes send it once, and if that process dies it is sent later.
    """
    channels = configured_channels()
    sent = 0
    began = timezone.now()
    for notice in Notice.objects.due(now).filter(channel__in=channels):
        if timezone.now() - began > DELIVERY_TIME:
            break
        pause = min(FIRST_PAUSE * 2 ** min(notice.attempts, 20), LONGEST_PAUSE)
        mine = Notice.objects.due(now).filter(pk=notice.pk)
        if not mine.update(due_at=now + pause, attempts=F("attempts") + 1):
            continue
        same = Notice.objects.filter(pk=notice.pk)
        try:
            channels[notice.channel](notice)
        except DeliveryFailed as error:
            logger.error("notice %s: %s", notice.pk, error)
            same.update(failed_at=now, error=str(error))
        else:
            sent += same.update(sent_at=now, error="")
    return sent
