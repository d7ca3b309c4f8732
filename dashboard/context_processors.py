"""Context of every template: the version, and through which day data is stored."""

from collections.abc import Callable
from datetime import date

from django.db.models import Min
from django.http import HttpRequest

from core import VERSION
from core.windows import ONE_DAY
from syncs.datasets import Dataset
from syncs.models import Watermark

Line = tuple[str, date]


def shell(request: HttpRequest) -> dict[str, str | Callable[[], list[Line]]]:
    """Context of every template; queries run only where a template shows them."""
    return {"version": VERSION, "read_until": lambda: read_until(request)}


def read_until(request: HttpRequest) -> list[Line]:
    """Return (dataset, the last day stored for every enabled account). One query.

    Instances have no days: they show the state of their last sync.
    """
    marks = Watermark.objects.visible_to(request.user).filter(account__is_enabled=True)
    found = dict(
        marks.order_by().values_list("dataset").annotate(oldest=Min("read_until"))
    )
    return [
        (dataset.label, found[dataset] - ONE_DAY)
        for dataset in Dataset
        if dataset in found
    ]
