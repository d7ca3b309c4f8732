"""Answers that a client need not be sent twice: ETag, and 304 where nothing changed.

The tag is made of what an answer depends on, before any of it is worked out: the
version of the data that the user sees, the address with its query, the format, the UTC
day (as "the last 30 days" moves at midnight) and the code.
"""

from functools import cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.views import APIView


class NotModified(Exception):
    """The client holds this answer already."""


class ConditionalMixin(APIView):
    """A view whose `data_version` tells when its answers change."""

    etag: str | None = None

    def data_version(self) -> str | None:
        """Names the state of all that this answer is made of; None: it has no tag."""
        return None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After the rights are checked, and before any work is done."""
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD"):
            return
        if isinstance(request.accepted_renderer, BrowsableAPIRenderer):
            return  # that page also shows who is signed in
        version = self.data_version()
        if version is None:
            return
        self.etag = tag_of(request, version)
        if self.etag in parse_etags(request.headers.get("If-None-Match", "")):
            raise NotModified

    # What has no body is no matter of a renderer.
    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, NotModified):
            return HttpResponseNotModified()
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Any, *a: Any, **k: Any
    ) -> Any:
        response = super().finalize_response(request, response, *a, **k)
        if self.etag and response.status_code in (200, 304):
            response["ETag"] = self.etag
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Accept", "Authorization", "Cookie"])
        return response


def tag_of(request: Request, version: str) -> str:
    """The weak ETag of what this request is answered while the data is of a version."""
    parts = [
        version,
        request.build_absolute_uri(),
        str(request.accepted_renderer.format),
        timezone.now().date().isoformat(),
        code_version(),
    ]
    name = sha256("\n".join(parts).encode()).hexdigest()[:32]
    return f'W/"{name}"'


@cache
def code_version() -> str:
    """Of our own source, so that what a new release answers is asked for anew."""
    found = sha256()
    for path in sorted(settings.BASE_DIR.glob("[a-z]*/**/*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()
