"""Pages that show what changes: a view names its topics in `live_topics`."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from core.socket_address import socket_origin
from live.application import EVENTS
from live.topics import allowed_topics
from live.watch import topic_versions


@dataclass(frozen=True, slots=True)
class LivePage:
    """What live.js needs to know: the versions that the page shows, and the socket."""

    versions: dict[str, str]
    socket: str

    @property
    def json(self) -> str:
        return json.dumps(self.versions)


class LivePages(MiddlewareMixin):
    """Read the versions before the page's own queries: what changes in between is
    asked for once too often, rather than never."""

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        topics = getattr(getattr(view, "view_class", None), "live_topics", ())
        if topics and request.method == "GET" and request.user.is_authenticated:
            origin = socket_origin(request)
            request.live = LivePage(  # type: ignore[attr-defined]
                topic_versions(request.user, allowed_topics(request.user) & {*topics}),
                f"{origin}{settings.SCRIPT_NAME}{EVENTS}" if origin else "",
            )
        return None
