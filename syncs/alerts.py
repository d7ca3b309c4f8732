"""Who is told when syncs go stale or fail: once per incident, once when it is over."""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

import urllib3
from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction

from syncs.freshness import Freshness, State, freshness
from syncs.models import CloudAccount, Incident, SyncRun

logger = logging.getLogger(__name__)

# One failure is what the next try is for.
FAILING_ATTEMPTS = 2
WEBHOOK_TIMEOUT_SECONDS = 10.0


class NotTold(Exception):
    """A channel did not take the message; it is tried again with the next look."""


def tell_incidents(now: datetime) -> None:
    """Opens and closes incidents by what freshness says now, and tells of each."""
    accounts = CloudAccount.objects.enabled().select_related("payer")
    note_incidents(freshness(accounts, now), now)
    if not (settings.ALERT_EMAILS or settings.ALERT_WEBHOOK_URL):
        return
    untold = Incident.objects.select_related("account")
    # What was over before anybody could be told is told to nobody: who sets a channel
    # up later does not want all that ever happened.
    for incident in untold.filter(told_at__isnull=True, closed_at__isnull=True):
        _tell_once(incident, "told_at", now, f"{incident.sentence}")
    for incident in untold.filter(
        closed_at__isnull=False, told_at__isnull=False, closing_told_at__isnull=True
    ):
        over = f"{incident.get_dataset_display()} of {incident.account} is read again."
        _tell_once(incident, "closing_told_at", now, over)


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


def _tell_once(incident: Incident, field: str, now: datetime, text: str) -> None:
    """Marks it as told first, so that two schedulers never tell it twice."""
    mine = Incident.objects.filter(pk=incident.pk, **{f"{field}__isnull": True})
    if not mine.update(**{field: now}):
        return
    failed = []
    for channel in channels():
        try:
            channel(text)
        except NotTold as error:
            logger.error("incident %s: %s", incident.pk, error)
            failed.append(channel)
    if failed and len(failed) == len(channels()):
        Incident.objects.filter(pk=incident.pk).update(**{field: None})


def channels() -> list[Callable[[str], None]]:
    """The ways that are configured."""
    found: list[Callable[[str], None]] = []
    if settings.ALERT_EMAILS:
        found.append(send_email)
    if settings.ALERT_WEBHOOK_URL:
        found.append(post_webhook)
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
