"""Digests that are due are queued as notices, once each."""

from datetime import datetime

from django.db import transaction

from alerts.models import RECIPIENTS, Facts, Severity, Topic
from alerts.outbox import queue_notice
from clouds.access import is_limited
from core.windows import utc_day
from dashboard.digests.contents import digest_text
from dashboard.digests.models import Digest

DAYS = {Digest.Frequency.DAILY: 1, Digest.Frequency.WEEKLY: 7}


def send_digests(now: datetime) -> int:
    """Queue what is due; return how many. A message that comes twice queues nothing.

    One that fails is due again, keeps no other back, and is raised at the end.
    """
    sent, failed = 0, list[Exception]()
    for one in Digest.objects.due(now):
        try:
            sent += _send(one, now)
        except Exception as error:  # noqa: BLE001 - raised below
            failed.append(error)
    if failed:
        raise failed[0]
    return sent


@transaction.atomic
def _send(one: Digest, now: datetime) -> int:
    """Queue it and store its day together, so that a kill between loses none."""
    mine = Digest.objects.filter(pk=one.pk, sent_on=one.sent_on)
    if mine.update(sent_on=utc_day(now)) != 1:
        return 0
    queue_digest(one, now)
    return 1


def queue_digest(one: Digest, now: datetime) -> None:
    """Queue it for its channel, or for its user's own address.

    What a limited user sees goes to no channel, which others read.
    """
    channel = one.channel
    if channel and is_limited(one.user):
        return
    if not channel and not one.user.email:
        return
    days = DAYS[Digest.Frequency(one.frequency)]
    text = digest_text(one.user, days, now)
    queue_notice(
        one,
        f"of {now.isoformat()}",
        f"{one.get_frequency_display()} digest. {text}",
        now,
        Facts(Topic.DIGEST, Severity.INFO),
        channels=[channel or RECIPIENTS],
        recipients=[] if channel else [one.user.email],
    )
