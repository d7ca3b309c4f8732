"""What users do about notices: acknowledge them, or snooze what they are about."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from django.db import transaction
from django.db.models import Model

from alerts.messages import group_of
from alerts.models import ACTED_ON, Notice, Snooze
from alerts.outbox import queue_notice
from core.refusals import Refusal
from users.audit import AnyRequest, record

ACT = "alerts.acknowledge_notice"
LONGEST_SNOOZE = timedelta(days=90)
BY_LINK = "link in {}"


class CannotAct(Refusal):
    """The message says why, and what to do."""

    field = "until"


@runtime_checkable
class Acknowledgeable(Protocol):
    """What keeps by itself that somebody looks at it."""

    def acknowledge(self, now: datetime, by: str, request: AnyRequest) -> None: ...


def who_acts(request: AnyRequest, notice: Notice) -> str:
    """Return who acts, for the history: by a link nobody is signed in."""
    if request.user.is_authenticated:
        return request.user.get_username()
    return BY_LINK.format(notice.channel)


def sent_together(notice: Notice) -> list[Notice]:
    """Return the notices of the same message."""
    if notice.sent_at is None:
        return [notice]
    same = Notice.objects.filter(channel=notice.channel, sent_at=notice.sent_at)
    return [one for one in same if group_of(one) == group_of(notice)]


@transaction.atomic
def acknowledge(
    notices: Sequence[Notice], now: datetime, by: str, request: AnyRequest
) -> None:
    """Record that somebody looks at it. What is not sent yet is not sent any more."""
    for notice in notices:
        if isinstance(notice.about, Acknowledgeable):
            notice.about.acknowledge(now, by, request)
        record(request, "notice.acknowledge", notice, user_name=by)
    same = Notice.objects.like(notices)
    same.filter(acknowledged_at=None).update(acknowledged_at=now, acknowledged_by=by)
    # They stay: what is gone would be queued again while it is not over.
    same.unsent().update(due_at=None)
    _end_snoozes(notices)


@transaction.atomic
def snooze(
    notices: Sequence[Notice],
    until: datetime,
    now: datetime,
    by: str,
    request: AnyRequest,
) -> None:
    """Send nothing about it until then; then notify again. Raise CannotAct."""
    if not now < until <= now + LONGEST_SNOOZE:
        raise CannotAct(
            f"Snooze it until a time in the next {LONGEST_SNOOZE.days} days."
        )
    for notice in notices:
        if notice.about_type is None or notice.about is None:
            raise CannotAct("What this is about is no longer there.")
        values = {
            "until": until,
            "user_name": by,
            "created_at": now,
            "subject": notice.subject,
            "account": notice.account,
        }
        Snooze.objects.update_or_create(
            about_type=notice.about_type, about_id=notice.about.pk, defaults=values
        )
        record(request, "notice.snooze", notice, user_name=by, until=until.isoformat())


def _end_snoozes(notices: Sequence[Notice]) -> None:
    for kind, one in {(n.about_type, n.about_id) for n in notices}:
        if kind is not None and one is not None:
            Snooze.objects.filter(about_type=kind, about_id=one).delete()


def remind(now: datetime) -> None:
    """Notify again of what was snoozed until now, unless it is over."""
    for one in Snooze.objects.ended(now).order_by("pk"):
        with transaction.atomic():
            if not Snooze.objects.filter(pk=one.pk, until=one.until).delete()[0]:
                continue  # another process has queued it, or it was snoozed again
            earlier = Notice.objects.filter(
                about_type=one.about_type,
                about_id=one.about_id,
                topic__in=ACTED_ON,
                is_end=False,
            )
            about = one.about
            if earlier and about is not None and getattr(about, "is_open", True):
                _remind(about, list(earlier.order_by("pk")), one, now)


def _remind(
    about: Model, earlier: Sequence[Notice], ended: Snooze, now: datetime
) -> None:
    """Notify the same channels and recipients, with the cause that its end has."""
    first = earlier[0]
    queue_notice(
        about,
        f"snoozed until {ended.until.isoformat()}",
        f"Snoozed until now by {ended.user_name}: {first.text}",
        now,
        first.facts,
        cause=first.cause,
        channels=[notice.channel for notice in earlier],
        recipients=next((n.recipients for n in earlier if n.recipients), ()),
    )
