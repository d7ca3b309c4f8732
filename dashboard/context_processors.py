"""Context of every template: the version, and through which day data is stored."""

from datetime import date

from django.db.models import Min
from django.http import HttpRequest

from core import VERSION
from core.windows import ONE_DAY
from dashboard.frame import Frame
from syncs.datasets import Dataset
from syncs.models import Watermark

DatasetDays = list[tuple[str, date]]


def page_frame(request: HttpRequest) -> dict[str, object]:
    """Return what is computed where it is used, so that only a page's frame queries."""
    return {
        "version": VERSION,
        "frame": Frame.of(request),
        "data_through": lambda: data_through(request),
    }


def data_through(request: HttpRequest) -> DatasetDays:
    """Return (dataset, last day stored for every enabled account). One query."""
    marks = Watermark.objects.visible_to(request.user).filter(account__is_enabled=True)
    ends = dict(marks.order_by().values_list("dataset").annotate(end=Min("read_until")))
    return [
        (one.label, ends[one] - ONE_DAY)
        for one in Dataset
        if one.has_window and one in ends
    ]
