"""Months that are written as FOCUS by themselves, each a file that is replaced whole.

A file's time is that of the data that it holds, so that nothing else is remembered.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Max

from clouds.models import CloudAccount
from core.windows import Window, add_months, first_of_month, utc_day
from costs.focus.columns import VERSION
from costs.focus.focus_file import export_focus
from syncs.datasets import Dataset
from syncs.models import SyncRun


def export_due_months(now: datetime) -> Iterator[Path]:
    """Write last month and this one where costs were synced since, and yield each.

    Raises LinesFailed, or OSError where the folder can't be written.
    """
    runs = SyncRun.objects.filter(dataset=Dataset.COST)
    synced_at = runs.aggregate(newest=Max("finished_at"))["newest"]
    if not settings.FOCUS_EXPORT_DIR or synced_at is None:
        return
    folder = Path(settings.FOCUS_EXPORT_DIR) / f"focus-{VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    this_month = first_of_month(utc_day(now))
    for month in (add_months(this_month, -1), this_month):
        target = folder / f"{month:%Y-%m}.parquet"
        if target.exists() and target.stat().st_mtime >= synced_at.timestamp():
            continue
        window = Window(month, add_months(month, 1))
        export_focus(target, CloudAccount.objects.all(), window, "parquet")
        # A sync that ended meanwhile makes it due again.
        os.utime(target, (now.timestamp(), synced_at.timestamp()))
        yield target
