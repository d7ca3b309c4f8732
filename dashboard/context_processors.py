"""Context of every template: the version, and through which day data is stored."""

from django.conf import settings
from django.http import HttpRequest

from core import VERSION
from dashboard.frame import Frame
from syncs.runs.watermarks import data_through


def page_frame(request: HttpRequest) -> dict[str, object]:
    """Return what is computed where it is used, so that only a page's frame queries."""
    return {
        "version": VERSION,
        "frame": Frame.of(request),
        "sends_questions": bool(settings.ASSISTANT_MODEL_URL),
        "data_through": lambda: data_through(request.user),
    }
