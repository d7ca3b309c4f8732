"""How channels and routes are added and removed, with an audit entry each; tests.

The entries name a channel and never its target, which may hold a secret.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest

from alerts.models import Channel, Notice, Route
from alerts.outbox import send_test
from users.audit import AnyRequest, record
from users.views import own_user


@transaction.atomic
def add_channel(channel: Channel, now: datetime, request: HttpRequest) -> None:
    channel.created_at = now
    channel.save()
    record(request, "channel.add", channel, kind=channel.kind)


@transaction.atomic
def remove_channel(channel: Channel, request: HttpRequest) -> None:
    """Remove it and its routes; what waits for it is never sent."""
    record(request, "channel.remove", channel, kind=channel.kind)
    Route.objects.filter(channel=channel.name).delete()
    channel.delete()


@transaction.atomic
def add_route(route: Route, now: datetime, request: AnyRequest) -> None:
    route.created_at = now
    route.save()
    record(request, "route.add", route)


@transaction.atomic
def remove_route(route: Route, request: AnyRequest) -> None:
    record(request, "route.remove", route)
    route.delete()


def send_tests(
    channels: Iterable[Channel],
    now: datetime,
    request: HttpRequest,
    recipients: Sequence[str] = (),
) -> list[Notice]:
    """Send a test to each at once; return the notices, which say what came of it."""
    by = own_user(request)
    notices = [send_test(channel, by, now, recipients) for channel in channels]
    for one in notices:
        outcome = one.error or "sent"
        record(request, "channel.test", one, channel=one.channel, outcome=outcome)
    return notices
