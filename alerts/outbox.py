"""The outbox: rooms queue notices here, and a task delivers them."""

import logging
from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Model, Q
from django.utils import timezone

from alerts.channels import (
    PRINTED,
    DeliveryFailed,
    channels_for,
    configured_channels,
    email_channel,
    emails_are_printed,
    recipients_channel,
    send,
)
from alerts.messages import group_of, message_of
from alerts.models import EMAIL, RECIPIENTS, Channel, Facts, Notice, Route, Severity
from alerts.querysets import LONGEST_PAUSE

logger = logging.getLogger(__name__)

LONGEST_SUBJECT = 120
FIRST_PAUSE = timedelta(minutes=1)
# Beat starts the next delivery then; slow channels leave the rest to it.
DELIVERY_TIME = timedelta(seconds=45)
# A cause that spreads from account to account is sent again at most so often.
PAUSE_OF_A_CAUSE = timedelta(minutes=15)


def queue_notice(
    about: Model,
    event: str,
    text: str,
    now: datetime,
    facts: Facts,
    *,
    cause: str = "",
    channels: Collection[str] | None = None,
    recipients: Sequence[str] = (),
    is_end: bool = False,
) -> None:
    """Queue what happened to `about` on each channel that its facts lead to, once.

    What has the same `cause`, which may end the text, is sent as one message.
    `channels` names them instead of the routes; the account of the facts limits who
    may see it. `recipients` are e-mailed too.
    """
    line = text.removesuffix(cause).splitlines()[0].strip()
    configured = channels_for(recipients)
    if channels is None:
        names = routed(configured, facts)
        names += [RECIPIENTS] if recipients and EMAIL not in names else []
    else:
        names = [name for name in (*configured, RECIPIENTS) if name in channels]
    Notice.objects.bulk_create(
        [
            Notice(
                key=_key(about, event),
                channel=name,
                recipients=list(recipients) if name in (EMAIL, RECIPIENTS) else [],
                topic=facts.topic,
                severity=facts.severity,
                amount=facts.amount,
                currency=facts.currency,
                is_end=is_end,
                subject=line[:LONGEST_SUBJECT],
                text=text,
                cause=cause,
                about_type=ContentType.objects.get_for_model(about),
                about_id=about.pk,
                account=facts.account,
                created_at=now,
                due_at=now,
            )
            for name in names
        ],
        ignore_conflicts=True,
    )


def withdraw(about: Model, event: str) -> None:
    """Take back the notices of that event which no channel has taken yet.

    One that is being sent may arrive, so it stays, but is not tried again.
    """
    unsent = Notice.objects.filter(key=_key(about, event)).unsent()
    unsent.filter(sending_since=None).delete()
    unsent.update(due_at=None)


def _key(about: Model, event: str) -> str:
    return f"{about._meta.label_lower} {about.pk} {event}"


def deliver_due(now: datetime) -> int:
    """Send what is due, one message a cause; return how many notices were sent.

    A channel that fails is left alone until the next delivery.
    """
    configured, failed = configured_channels(), set[str]()
    own = {EMAIL: email_channel(), RECIPIENTS: recipients_channel()}
    channels = {**own, **configured}
    sent, began = 0, timezone.now()
    for group in _due_groups(now, configured):
        if timezone.now() - began > DELIVERY_TIME:
            break
        channel = group[0].channel
        if channel in failed or not (mine := _claim(group, now)):
            continue
        same = Notice.objects.filter(pk__in=[notice.pk for notice in mine])
        try:
            send(channels[channel], message_of(mine))
        except DeliveryFailed as error:
            failed.add(channel)
            logger.error("%s of %d notices: %s", channel, len(mine), error)
            same.update(failed_at=now, error=str(error), sending_since=None)
        else:
            sent += same.update(sent_at=now, error="", sending_since=None)
    return sent


def _due_groups(now: datetime, channels: Collection[str]) -> list[list[Notice]]:
    """Return what is due by message, the oldest first.

    What has recipients of its own needs no channel.
    """
    recent = Notice.objects.filter(sent_at__gt=now - PAUSE_OF_A_CAUSE, sent_at__lte=now)
    waits = {group_of(notice) for notice in recent.exclude(cause="")}
    groups: dict[Hashable, list[Notice]] = {}
    reachable = Q(channel__in=channels) | ~Q(recipients=[])
    for notice in Notice.objects.due(now).filter(reachable):
        groups.setdefault(group_of(notice), []).append(notice)
    return [notices for group, notices in groups.items() if group not in waits]


def _claim(group: Sequence[Notice], now: datetime) -> list[Notice]:
    """Return those that are still due, which this process alone sends now."""
    due = Notice.objects.due(now).filter(pk__in=[notice.pk for notice in group])
    pause = min(FIRST_PAUSE * 2 ** min(group[0].attempts, 20), LONGEST_PAUSE)
    with transaction.atomic():
        mine = list(due.select_for_update(skip_locked=True))
        Notice.objects.filter(pk__in=[notice.pk for notice in mine]).update(
            due_at=now + pause, sending_since=now, attempts=F("attempts") + 1
        )
    return mine


def send_test(
    channel: Channel, by: Model, now: datetime, recipients: Sequence[str] = ()
) -> Notice:
    """Send a test at once; return its notice, which says whether it was taken."""
    text = f"This is a test of the channel {channel}, sent by {by}. Alerts arrive here."
    notice = Notice.objects.create(
        key=f"test {uuid4()}",
        channel=channel.name,
        recipients=list(recipients) if channel.name == EMAIL else [],
        severity=Severity.INFO,
        subject=f"Test of {channel}",
        text=text,
        about=by,
        created_at=now,
        attempts=1,
        sending_since=now,
    )
    try:
        if channel.kind == Channel.Kind.EMAIL and emails_are_printed():
            raise DeliveryFailed(PRINTED)
        send(channel, message_of([notice]))
    except DeliveryFailed as error:
        notice.failed_at, notice.error = now, str(error)
    else:
        notice.sent_at = now
    notice.sending_since = None
    notice.save()
    return notice


WORST_LAST = list(Severity)


def routed(channels: Iterable[str], facts: Facts) -> list[str]:
    """Return those of these channels that get a notice of it. One query."""
    found: dict[str, list[Route]] = {}
    for route in Route.objects.all():
        found.setdefault(route.channel, []).append(route)
    return [
        name
        for name in channels
        if name not in found or any(lets_through(one, facts) for one in found[name])
    ]


def lets_through(route: Route, facts: Facts) -> bool:
    """Return whether it meets each condition of the route."""
    is_bad_enough = WORST_LAST.index(facts.severity) >= WORST_LAST.index(
        Severity(route.least_severity)
    )
    account = facts.account.pk if facts.account else None
    return (
        is_bad_enough
        and route.topic in ("", facts.topic)
        and route.account_id in (None, account)
        and (not route.team or route.team in facts.teams)
        and _is_large_enough(route, facts)
        and _is_tagged(route, facts)
    )


def _is_large_enough(route: Route, facts: Facts) -> bool:
    """What has no amount, or one in another currency, is not held to it."""
    if route.least_amount is None or facts.amount is None:
        return True
    return facts.currency != route.currency or abs(facts.amount) >= route.least_amount


def _is_tagged(route: Route, facts: Facts) -> bool:
    if not route.tag_key:
        return True
    value = facts.tags.get(route.tag_key)
    return value is not None and route.tag_value in ("", value)
