"""Alert settings that can't work, reported at start-up with an id."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def check_webhook(**_: Any) -> list[CheckMessage]:
    url = settings.ALERT_WEBHOOK_URL
    if url and urlsplit(url).scheme not in ("http", "https"):
        return [
            Error(
                "ALERT_WEBHOOK_URL is no web address.",
                hint="Such as https://hooks.slack.com/services/...",
                id="alerts.E001",
            )
        ]
    return []
