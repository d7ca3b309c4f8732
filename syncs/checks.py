"""Settings that make no sense together, reported at start-up with an id."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register


@register("settings")
def check_sync_settings(**_: Any) -> list[CheckMessage]:
    return list(_problems())


def _problems() -> Iterator[CheckMessage]:
    if settings.AWS_API_DAILY_BUDGET_USD == 0:
        yield Error(
            "AWS_API_DAILY_BUDGET_USD is 0, so nothing that costs money can be read.",
            hint="Leave it empty for no limit; a sync of one account costs about "
            "$0.03 and $0.06 per 1,000 instances.",
            id="syncs.E001",
        )
    if settings.SYNC_AT is not None and settings.SYNC_INTERVAL_MINUTES != 24 * 60:
        yield Error(
            "SYNC_AT is a time of day, but SYNC_INTERVAL_MINUTES is not a day.",
            hint="Leave out one of them.",
            id="syncs.E003",
        )
    if settings.SYNC_RETRY_MINUTES > settings.SYNC_INTERVAL_MINUTES:
        yield Warning(
            "SYNC_RETRY_MINUTES is longer than SYNC_INTERVAL_MINUTES, so a failed "
            "sync is tried again with the next ordinary one.",
            id="syncs.W001",
        )
