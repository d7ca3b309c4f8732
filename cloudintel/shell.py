"""What the frame of every page shows: the version, and how far the data is read."""

from collections.abc import Callable
from datetime import date

from django.db.models import Min
from django.http import HttpRequest

from cloudintel import VERSION
from providers.windows import ONE_DAY
from syncs.models import Dataset, Watermark

Line = tuple[str, date]


def shell(request: HttpRequest) -> dict[str, str | Callable[[], list[Line]]]:
    """Context of every template; nothing is asked for unless it is shown."""
    return {"version": VERSION, "read_until": lambda: read_until(request)}


def read_until(request: HttpRequest) -> list[Line]:
    """(dataset, its last day that every enabled account is read through). One query.

    Instances have no days: they are as of their last sync.
    """
    marks = Watermark.objects.seen_by(request.user).filter(account__is_enabled=True)
    found = dict(
        marks.order_by().values_list("dataset").annotate(oldest=Min("read_until"))
    )
    return [
        (dataset.label, found[dataset] - ONE_DAY)
        for dataset in Dataset
        if dataset in found
    ]
