"""Who is told when syncs go stale or fail: once per incident, once when it is over."""

import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import urllib3
from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import Model

from syncs.freshness import Freshness, State, freshness
from syncs.models import CloudAccount, Incident, Notice, SyncRun

logger = logging.getLogger(__name__)

Channel = Callable[[str], None]
Event = Notice.Event

# One failure is what the next try is for.
FAILING_ATTEMPTS = 2
WEBHOOK_TIMEOUT_SECONDS = 10.0


class NotTold(Exception):
    """A channel did not take the message; it is tried again with the next look."""


def tell_incidents(now: datetime) -> None:
    """Opens and closes incidents by what freshness says now, and tells of each."""
    accounts = CloudAccount.objects.enabled().select_related("payer")
    note_incidents(freshness(accounts, now), now)
    if not (ways := channels()):
        return
    incidents = Incident.objects.select_related("account").prefetch_related("notices")
    # What was over before anybody could be told is told to nobody: who sets a channel
    # up later does not want all that ever happened.
    for incident in incidents.filter(closed_at__isnull=True):
        if _tell(incident, Event.OPENED, incident.sentence, ways, now):
            untold = Incident.objects.filter(pk=incident.pk, told_at__isnull=True)
            untold.update(told_at=now)
    over = incidents.filter(closed_at__isnull=False, told_at__isnull=False)
    for incident in over.filter(closing_told_at__isnull=True):
        text = f"{incident.get_dataset_display()} of {incident.account} is read again."
        # Only who heard of it wants to hear that it is over.
        heard = {notice.channel for notice in incident.notices.all()}
        listening = {name: way for name, way in ways.items() if name in heard}
        if _tell(incident, Event.CLOSED, text, listening, now):
            Incident.objects.filter(pk=incident.pk).update(closing_told_at=now)


def note_incidents(found: Sequence[Freshness], now: datetime) -> None:
    """One open incident for each dataset that is stale or failing, and no other."""
    wrong = {
        (one.account.pk, one.dataset.value): one
        for one in found
        if is_worth_telling(one)
    }
    for incident in Incident.objects.filter(closed_at__isnull=True):
        if (incident.account_id, incident.dataset) not in wrong:
            same = Incident.objects.filter(pk=incident.pk, closed_at__isnull=True)
            same.update(closed_at=now)
        wrong.pop((incident.account_id, incident.dataset), None)
    # What is being read again just now may be over in a moment.
    at_work = set(SyncRun.objects.active().ordinary().values_list("account", "dataset"))
    for key, one in wrong.items():
        if key in at_work:
            continue
        try:
            with transaction.atomic():
                Incident.objects.create(
                    account=one.account,
                    dataset=one.dataset,
                    sentence=one.sentence,
                    opened_at=now,
                )
        except IntegrityError:
            continue  # another scheduler has noted it


def is_worth_telling(one: Freshness) -> bool:
    if one.state == State.FAILING:
        return one.last_run is not None and one.last_run.attempt >= FAILING_ATTEMPTS
    return one.state == State.STALE


def _tell(
    incident: Incident,
    event: Event,
    text: str,
    ways: Mapping[str, Channel],
    now: datetime,
) -> bool:
    """Tells each channel that was not told yet; whether all of them know by now."""
    told = {one.channel for one in incident.notices.all() if one.event == event}

    def noted(channel: str) -> tuple[Notice, bool]:
        return Notice.objects.get_or_create(
            incident=incident, event=event, channel=channel, defaults={"told_at": now}
        )

    return tell_each(ways, text, noted, told, about=f"incident {incident.pk}")


def tell_each(
    ways: Mapping[str, Channel],
    text: str,
    noted: Callable[[str], tuple[Model, bool]],
    told: Collection[str],
    *,
    about: str,
) -> bool:
    """Tells each channel that is not `told` yet; whether all of them know by now.

    `noted` answers a channel's notice and whether it is new. It is written first, so
    that two schedulers never tell it twice, and taken back where the channel did not
    take the message, so that the next look tries again.
    """
    everybody = True
    for name, way in ways.items():
        if name in told:
            continue
        notice, is_mine = noted(name)
        if not is_mine:
            continue
        try:
            way(text)
        except NotTold as error:
            logger.error("%s: %s", about, error)
            notice.delete()
            everybody = False
    return everybody


def channels() -> dict[str, Channel]:
    """The ways that are configured, by name."""
    found: dict[str, Channel] = {}
    if settings.ALERT_EMAILS:
        found["email"] = send_email
    if settings.ALERT_WEBHOOK_URL:
        found["webhook"] = post_webhook
    return found


def send_email(text: str) -> None:
    """Raises NotTold."""
    subject = f"cloudintel: {text.splitlines()[0][:120]}"
    try:
        send_mail(subject, text, None, settings.ALERT_EMAILS)
    except OSError as error:
        raise NotTold(
            f"the e-mail was not sent ({error}). Check EMAIL_URL and ALERT_EMAILS."
        ) from error


def post_webhook(text: str) -> None:
    """JSON with `text`, which Slack and its like take. Raises NotTold."""
    try:
        answer = urllib3.request(
            "POST",
            settings.ALERT_WEBHOOK_URL,
            body=json.dumps({"text": text}),
            headers={"Content-Type": "application/json"},
            timeout=WEBHOOK_TIMEOUT_SECONDS,
            retries=False,
        )
    except urllib3.exceptions.HTTPError as error:
        raise NotTold(
            f"the webhook did not answer ({error}). Check ALERT_WEBHOOK_URL."
        ) from error
    if answer.status >= 300:
        raise NotTold(f"the webhook answered {answer.status}. Check ALERT_WEBHOOK_URL.")
