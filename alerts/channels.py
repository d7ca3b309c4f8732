"""The channels by which notices reach people: e-mail, and what is posted."""

import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from html import escape
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.utils import timezone

from alerts.messages import Message
from alerts.models import EMAIL, RECIPIENTS, WEBHOOK, Channel, Severity

# Of connecting and of each read; a slower one is tried again. The time limit of the
# task ends a channel that answers a little at a time.
TIMEOUT_SECONDS = 10.0
PRINTED = "E-mails are only printed to the log: set EMAIL_URL to a mail server."


class DeliveryFailed(Exception):
    """A channel did not take the message; the text says what to check."""


def configured_channels() -> dict[str, Channel]:
    """Return the channels of the settings and those that were added, by name."""
    found = [email_channel()] if settings.ALERT_EMAILS else []
    if url := settings.ALERT_WEBHOOK_URL:
        found.append(Channel(name=WEBHOOK, kind=Channel.Kind.WEBHOOK, target=url))
    return {one.name: one for one in (*found, *Channel.objects.all())}


def check_channel(name: str) -> None:
    """Raise ValidationError unless there is a channel of that name."""
    known = configured_channels()
    if name not in known:
        named = f" Choose one of: {', '.join(known)}." if known else " Add it first."
        raise ValidationError(f"There is no channel {name}.{named}")


def email_channel() -> Channel:
    """Return the channel of ALERT_EMAILS, which may have no address of its own."""
    target = ", ".join(settings.ALERT_EMAILS)
    return Channel(name=EMAIL, kind=Channel.Kind.EMAIL, target=target)


def recipients_channel() -> Channel:
    """Return the channel of what goes to a notice's own recipients alone."""
    return Channel(name=RECIPIENTS, kind=Channel.Kind.EMAIL, target="")


def channels_for(recipients: Sequence[str]) -> dict[str, Channel]:
    """Return the channels of a notice that goes to these recipients too."""
    channels = configured_channels()
    return {EMAIL: email_channel(), **channels} if recipients else channels


def missing_delivery() -> str:
    """Return why no alert reaches anybody, or "" where one does."""
    kinds = {one.kind for one in configured_channels().values()}
    if not kinds:
        return (
            "No alert channel is configured: incidents, and budgets without recipients "
            "of their own, reach nobody."
        )
    if emails_are_printed() and kinds == {Channel.Kind.EMAIL}:
        return f"No alert reaches anybody. {PRINTED}"
    return ""


def emails_are_printed() -> bool:
    """Return whether there is no mail server."""
    return settings.EMAIL_BACKEND.endswith("console.EmailBackend")


def send(channel: Channel, message: Message) -> None:
    """Raise DeliveryFailed unless the channel took the message."""
    if channel.kind == Channel.Kind.EMAIL:
        send_email(channel, message)
    else:
        post_webhook(channel, message)


def send_email(channel: Channel, message: Message) -> None:
    """Send it to the channel's addresses and the message's. Raise DeliveryFailed."""
    addresses = dict.fromkeys([*channel.addresses, *message.recipients])
    try:
        subject = f"cloudintel: {message.subject}"
        send_mail(subject, message.body, None, list(addresses))
    except (OSError, ValueError, SoftTimeLimitExceeded) as error:
        raise DeliveryFailed(
            f"The e-mail was not sent ({error}). Check EMAIL_URL and "
            f"{channel.setting or 'its addresses'}."
        ) from error


class _NoRedirects(HTTPRedirectHandler):
    """A redirect is an error: what is posted would not arrive there."""

    def redirect_request(self, *_: object) -> None:
        return None


def post_webhook(channel: Channel, message: Message) -> None:
    """Post what the kind of channel takes. Raise DeliveryFailed.

    HTTPS_PROXY, HTTP_PROXY and NO_PROXY are obeyed, as by boto3.
    """
    body, headers = posted(channel, message, timezone.now())
    request = Request(channel.target, body, headers)  # noqa: S310 - check_url
    hint = f"Check {channel.setting or 'its URL'}."
    who = "The webhook"
    if channel.kind != Channel.Kind.WEBHOOK:
        who = channel.get_kind_display()
    try:
        build_opener(_NoRedirects).open(request, timeout=TIMEOUT_SECONDS).close()
    except HTTPError as error:
        raise DeliveryFailed(f"{who} answered {error.code}. {hint}") from error
    # A name of a host with an empty part is a UnicodeError.
    except (OSError, HTTPException, UnicodeError, SoftTimeLimitExceeded) as error:
        raise DeliveryFailed(f"{who} did not answer ({error}). {hint}") from error


# PagerDuty takes no more of a summary (developer.pagerduty.com, Events API v2).
LONGEST_SUMMARY = 1024
# Slack takes no more of a section (api.slack.com/reference/block-kit/blocks).
LONGEST_SECTION = 3000
COLORS = {
    Severity.INFO: "Good",
    Severity.WARNING: "Warning",
    Severity.CRITICAL: "Attention",
}
SIGNATURE = "X-Cloudintel-Signature"


def posted(
    channel: Channel, message: Message, now: datetime
) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers."""
    body = json.dumps(_payload(channel, message)).encode()
    headers = {"Content-Type": "application/json"}
    if channel.kind == Channel.Kind.WEBHOOK and channel.secret:
        headers[SIGNATURE] = signature(body, channel.secret, now)
    return body, headers


def _payload(channel: Channel, message: Message) -> dict[str, Any]:
    match channel.kind:
        case Channel.Kind.SLACK:
            return slack(message)
        case Channel.Kind.TEAMS:
            return teams(message)
        case Channel.Kind.PAGERDUTY:
            return pagerduty(message, channel.secret)
    return all_fields(message) if channel.secret else text_only(message)


def signature(body: bytes, secret: str, now: datetime) -> str:
    seconds = int(now.timestamp())
    signed = f"{seconds}.".encode() + body
    return f"t={seconds},v1={hmac.digest(secret.encode(), signed, 'sha256').hex()}"


def text_only(message: Message) -> dict[str, Any]:
    return {"text": message.body}


def all_fields(message: Message) -> dict[str, Any]:
    return {
        "text": message.body,
        "key": message.key,
        "topic": message.topic,
        "severity": message.severity,
        "is_end": message.is_end,
        "subject": message.subject,
        "page_url": message.page or None,
        "acknowledge_url": message.act or None,
    }


def slack(message: Message) -> dict[str, Any]:
    section = {"type": "plain_text", "text": message.text[:LONGEST_SECTION]}
    blocks: list[dict[str, Any]] = [{"type": "section", "text": section}]
    buttons = [
        {"type": "button", "text": {"type": "plain_text", "text": label}, "url": url}
        for label, url in message.buttons
    ]
    if buttons:
        blocks.append({"type": "actions", "elements": buttons})
    # Names of resources are of others: <!channel> in this text calls everybody.
    return {"text": escape(message.subject, quote=False), "blocks": blocks}


def teams(message: Message) -> dict[str, Any]:
    """An Adaptive Card, as a workflow of Teams takes it from a webhook."""
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {
                "type": "TextBlock",
                "text": message.subject,
                "weight": "Bolder",
                "wrap": True,
                "color": COLORS[Severity(message.severity)],
            },
            {"type": "TextBlock", "text": message.text, "wrap": True},
        ],
        "actions": [
            {"type": "Action.OpenUrl", "title": label, "url": url}
            for label, url in message.buttons
        ],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {
        "type": "message",
        "attachments": [{"contentType": kind, "content": card}],
    }


def pagerduty(message: Message, integration_key: str) -> dict[str, Any]:
    """An event of its Events API v2, which the end of what it is about resolves."""
    return {
        "routing_key": integration_key,
        "event_action": "resolve" if message.is_end else "trigger",
        "dedup_key": message.key,
        "payload": {
            "summary": message.subject[:LONGEST_SUMMARY],
            "source": "cloudintel",
            "severity": message.severity,
            "custom_details": {"text": message.text},
        },
        "links": [{"href": url, "text": label} for label, url in message.buttons],
    }
