"""What channels send, as text: e-mails, and what is posted to each kind of webhook."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.request import Request

from django.core import mail
from django.test import override_settings

from alerts.models import Channel
from tests.answer_texts import of_json

SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of a webhook in tests
ADDRESSES = {"ALERT_EMAILS": ["ops@example.com"], "BASE_URL": "https://costs.example"}


def add_channel(now: datetime) -> None:
    """Add a webhook whose messages are signed, and so have all fields."""
    target = "https://hooks.example.com/signed"
    Channel.objects.create(
        name="signed", kind="webhook", target=target, secret=SECRET, created_at=now
    )


@contextmanager
def sent_messages() -> Iterator[list[str]]:
    """Let nothing leave; what would have is in the list at the end."""
    sent: list[str] = []
    posted = SimpleNamespace(open=lambda request, timeout: _taken(request, sent))
    before = len(mail.outbox)
    with (
        override_settings(**ADDRESSES),
        patch("alerts.channels.build_opener", lambda *_: posted),
    ):
        yield sent
    for one in mail.outbox[before:]:
        head = f"== to {', '.join(one.to)}: {one.subject}"
        sent += [head, *str(one.body).splitlines()]


def _taken(request: Request, sent: list[str]) -> Any:
    data = request.data
    assert isinstance(data, bytes)
    headers = " ".join(sorted(request.headers))
    sent += [f"== posted to {request.full_url} ({headers})", *of_json(json.loads(data))]
    return SimpleNamespace(close=lambda: None)
