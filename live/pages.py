"""Pages that show what changes: a view names its topics in `live_topics`."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from clouds.access import AnyUser
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
            request.live = live_page(  # type: ignore[attr-defined]
                request, request.user, topics
            )
        return None


def live_page(
    request: HttpRequest, user: AnyUser, topics: Iterable[str], address: str = EVENTS
) -> LivePage:
    """Return what this user's page follows by the socket at that address."""
    origin = socket_origin(request)
    return LivePage(
        topic_versions(user, allowed_topics(user) & {*topics}),
        f"{origin}{settings.SCRIPT_NAME}{address}" if origin else "",
    )
