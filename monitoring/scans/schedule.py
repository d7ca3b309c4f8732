"""The daily scan, where SCAN_AT is set."""

import importlib.util
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from core.db.exclusive import AlreadyRunning, exclusive
from core.windows import ONE_DAY, next_daily
from monitoring.scans.models import Scan
from monitoring.scans.scan import run_scanners, store_scan


def is_due(now: datetime) -> bool:
    """Return whether nothing was scanned since the last planned time."""
    if settings.SCAN_AT is None:
        return False
    planned = next_daily(settings.SCAN_AT, now) - ONE_DAY
    return not Scan.objects.filter(started_at__gte=planned).exists()


def scan_when_due(now: datetime) -> Scan | None:
    """Scan what is installed here: code where bandit is, settings, and packages where
    SCAN_ADVISORIES names a file. Return None where nothing is due."""
    try:
        with exclusive("scan"):
            if not is_due(now):
                return None
            scanned = run_scanners(
                code=importlib.util.find_spec("bandit") is not None,
                advisories=Path(found) if (found := settings.SCAN_ADVISORIES) else None,
                sarif=[],
            )
            return store_scan(scanned, now, timezone.now())
    except AlreadyRunning:
        return None
