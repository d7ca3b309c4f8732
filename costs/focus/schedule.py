"""Months that workers export as FOCUS, each a file that is replaced whole.

Beside them lies a file that says of which sync each month has the costs.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.cache import cache
from django.db.models import Max

from clouds.models import CloudAccount
from clouds.storage import list_files, opened, write_file
from core.windows import Window, add_months, first_of_month, utc_day
from costs.focus.columns import VERSION
from costs.focus.focus_file import export_focus
from costs.lines.models import LineItemMonth
from syncs.datasets import Dataset
from syncs.models import SyncRun

# What was exported last, so that a place is not listed each minute.
EXPORTED = "focus-exported"
# Readers of a folder leave out names that begin so.
STATE = "_exported.json"


def export_due_months(now: datetime) -> Iterator[str]:
    """Write last month and this one where costs were synced since, or lines were
    written after them, and yield where.

    Raises LinesFailed, PlaceFailed or OSError.
    """
    synced_at = _newest_sync() if settings.FOCUS_EXPORT_DIR else None
    if synced_at is None:
        return
    this_month = first_of_month(utc_day(now))
    place = f"{settings.FOCUS_EXPORT_DIR.rstrip('/')}/focus-{VERSION}"
    done = f"{place} {this_month} {synced_at}"
    if cache.get(EXPORTED) == done:
        return
    written = _written(place)
    for month in (add_months(this_month, -1), this_month):
        name = f"{month:%Y-%m}.parquet"
        if written.get(name) != synced_at.isoformat():
            location = _export(month, place, name)
            written[name] = synced_at.isoformat()  # one that ended meanwhile is newer
            state = BytesIO(json.dumps(written).encode())
            write_file(state, place, STATE, replaces=True)
            yield location
    cache.set(EXPORTED, done, None)


def _newest_sync() -> datetime | None:
    runs = SyncRun.objects.filter(dataset=Dataset.COST)
    newest: datetime | None = runs.aggregate(newest=Max("finished_at"))["newest"]
    lines = LineItemMonth.objects.aggregate(newest=Max("imported_at"))["newest"]
    return max(newest, lines) if newest and lines else newest


def _export(month: date, place: str, name: str) -> str:
    window = Window(month, add_months(month, 1))
    with TemporaryDirectory() as folder:
        target = Path(folder) / name
        export_focus(target, CloudAccount.objects.all(), window, "parquet")
        with target.open("rb") as file:
            return write_file(file, place, name, replaces=True)


def _written(place: str) -> dict[str, str]:
    """Return the sync of which each file has the costs, of those that are there."""
    names = {one.name: one.location for one in list_files(place)}
    if STATE not in names:
        return {}
    with opened(names[STATE]) as file:
        try:
            found: dict[str, str] = json.load(file)
        except ValueError:  # not as we wrote it: both months are written again
            return {}
    return {name: synced_at for name, synced_at in found.items() if name in names}
