"""Answers that a client need not be sent twice: ETag, and 304 where nothing changed.

The tag is made of what an answer depends on, before any of it is worked out: the
version of the data that the user sees, the address with its query, the format, the UTC
day (as "the last 30 days" moves at midnight) and the code. The cache stores the answers
of some views by the same.
"""

import gzip
import re
from hashlib import sha256
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.cache import CachedAnswer, code_version, key_of, look_up, store

TAKES_GZIP = re.compile(r"\bgzip\b")
# A higher one takes twice as long for a few bytes less.
GZIP_LEVEL = 5
# What an answer varies by: who asks, and how it is to look.
VARIES_BY = ["Accept", "Authorization", "Cookie"]


class AnswerReady(Exception):
    """The answer needs no work; raised to end the request with it."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response


class ConditionalMixin(APIView):
    """A view whose `data_version` tells when its answers change."""

    etag: str | None = None
    # The actions whose answers are cached: those that take long for a few bytes.
    # They name no address of this server, as it may have several.
    cached_actions: frozenset[str] = frozenset()
    cache_key: str | None = None

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
            raise AnswerReady(HttpResponseNotModified())
        self.cache_key = self._key(request, version)
        if self.cache_key and (found := self._look_up(self.cache_key)):
            raise AnswerReady(_sent(request, HttpResponse(), found))

    # It is sent as it is, without a renderer.
    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, AnswerReady):
            return exc.response
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Any, *a: Any, **k: Any
    ) -> Any:
        response = super().finalize_response(request, response, *a, **k)
        if self.etag and response.status_code in (200, 304):
            response["ETag"] = self.etag
        if self.cache_key and isinstance(response, Response):
            response.add_post_render_callback(self._store)
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, VARIES_BY)
        return response

    def _look_up(self, key: str) -> CachedAnswer | None:
        """By the name of its route, such as dailycost-trend."""
        match = self.request.resolver_match
        name = match.view_name if match else None
        return look_up(key, name or type(self).__name__)

    def _key(self, request: Request, version: str) -> str | None:
        """The key of the answer in the cache; None where it is not cached."""
        if getattr(self, "action", None) not in self.cached_actions:
            return None
        asked = [request.get_full_path(), str(request.accepted_renderer.format)]
        return key_of(version, asked)

    def _store(self, response: HttpResponse) -> None:
        """Store the answer compressed, and sends it so, that this is done once."""
        if self.cache_key and response.status_code == 200:
            packed = gzip.compress(response.content, GZIP_LEVEL)
            found = CachedAnswer(packed, response["Content-Type"])
            store(self.cache_key, found)
            _sent(self.request, response, found)


def _sent(
    request: Request, response: HttpResponse, found: CachedAnswer
) -> HttpResponse:
    """The response, with a cached answer: compressed, if the client takes that.

    Its size tells nothing, as a cached answer holds nothing secret beside what
    was asked for.
    """
    response["Content-Type"] = found.content_type
    if TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")):
        response.content = found.packed
        response["Content-Encoding"] = "gzip"
    else:
        response.content = gzip.decompress(found.packed)
    patch_vary_headers(response, ["Accept-Encoding"])
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
