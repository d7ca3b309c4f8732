"""The channels by which notices reach people: e-mail and a webhook, such as Slack's."""

import json
from collections.abc import Callable

import urllib3
from django.conf import settings
from django.core.mail import send_mail

from alerts.models import Notice

Channel = Callable[[Notice], None]

# With connecting and reading; a slower one is tried again.
TIMEOUT_SECONDS = 10.0


class DeliveryFailed(Exception):
    """A channel did not take the notice; the message says what to check."""


def configured_channels() -> dict[str, Channel]:
    """Return the channels that the settings configure, by name."""
    found: dict[str, Channel] = {}
    if settings.ALERT_EMAILS:
        found["email"] = send_email
    if settings.ALERT_WEBHOOK_URL:
        found["webhook"] = post_webhook
    return found


def send_email(notice: Notice) -> None:
    """Send it to ALERT_EMAILS. Raises DeliveryFailed."""
    try:
        subject = f"cloudintel: {notice.subject}"
        send_mail(subject, notice.text, None, settings.ALERT_EMAILS)
    except OSError as error:
        raise DeliveryFailed(
            f"The e-mail was not sent ({error}). Check EMAIL_URL and ALERT_EMAILS."
        ) from error


def post_webhook(notice: Notice) -> None:
    """Post JSON with `text`, as Slack takes it. Raises DeliveryFailed."""
    try:
        answer = urllib3.request(
            "POST",
            settings.ALERT_WEBHOOK_URL,
            body=json.dumps({"text": notice.text}),
            headers={"Content-Type": "application/json"},
            timeout=urllib3.Timeout(total=TIMEOUT_SECONDS),
            retries=False,
        )
    except urllib3.exceptions.HTTPError as error:
        raise DeliveryFailed(
            f"The webhook did not answer ({error}). Check ALERT_WEBHOOK_URL."
        ) from error
    if answer.status >= 300:
        raise DeliveryFailed(
            f"The webhook answered {answer.status}. Check ALERT_WEBHOOK_URL."
        )
