"""What is posted to each kind of channel: JSON as Slack, Teams and PagerDuty take it.

A webhook gets `text` alone, or with a secret all that the message says, signed: the
header X-Cloudintel-Signature is t=SECONDS,v1=HEX, where HEX is the HMAC-SHA256 of
"SECONDS.BODY" by the secret.
"""

import hmac
import json
from datetime import datetime
from html import escape
from typing import Any

from alerts.messages import Message
from alerts.models import Channel, Severity

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
