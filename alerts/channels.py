"""The channels by which notices reach people: e-mail and a webhook, such as Slack's."""

import json
from collections.abc import Callable
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import send_mail

from alerts.messages import Message

Channel = Callable[[Message], None]

# Of connecting and of each read; a slower one is tried again. The time limit of the
# task ends a channel that answers a little at a time.
TIMEOUT_SECONDS = 10.0


class DeliveryFailed(Exception):
    """A channel did not take the message; the text says what to check."""


def configured_channels() -> dict[str, Channel]:
    """Return the channels that the settings configure, by name."""
    found: dict[str, Channel] = {}
    if settings.ALERT_EMAILS:
        found["email"] = send_email
    if settings.ALERT_WEBHOOK_URL:
        found["webhook"] = post_webhook
    return found


def send_email(message: Message) -> None:
    """Send it to ALERT_EMAILS. Raises DeliveryFailed."""
    try:
        subject = f"cloudintel: {message.subject}"
        send_mail(subject, message.text, None, settings.ALERT_EMAILS)
    except (OSError, ValueError, SoftTimeLimitExceeded) as error:
        raise DeliveryFailed(
            f"The e-mail was not sent ({error}). Check EMAIL_URL and ALERT_EMAILS."
        ) from error


class _NoRedirects(HTTPRedirectHandler):
    """A redirect is an error: what is posted would not arrive there."""

    def redirect_request(self, *_: object) -> None:
        return None


def post_webhook(message: Message) -> None:
    """Post JSON with `text`, as Slack takes it. Raises DeliveryFailed.

    HTTPS_PROXY, HTTP_PROXY and NO_PROXY are obeyed, as by boto3.
    """
    request = Request(  # noqa: S310 - check alerts.E001 allows http and https
        settings.ALERT_WEBHOOK_URL,
        json.dumps({"text": message.text}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        build_opener(_NoRedirects).open(request, timeout=TIMEOUT_SECONDS).close()
    except HTTPError as error:
        raise DeliveryFailed(
            f"The webhook answered {error.code}. Check ALERT_WEBHOOK_URL."
        ) from error
    except (OSError, HTTPException, SoftTimeLimitExceeded) as error:
        raise DeliveryFailed(
            f"The webhook did not answer ({error}). Check ALERT_WEBHOOK_URL."
        ) from error
