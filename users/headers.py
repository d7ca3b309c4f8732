"""Security headers: no foreign scripts, hosts or frames on our pages."""

from functools import lru_cache

from csp.constants import HEADER, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.utils import build_policy
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from rest_framework.renderers import BrowsableAPIRenderer

from core.socket_address import socket_origin

Policy = dict[str, list[str]]

# Our own files only: no inline script or style, no eval, no other host.
OWN_FILES: Policy = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],  # such as the arrow of a select in stylesheets
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
# unfold uses Alpine and htmx, which evaluate attributes and write inline styles.
ADMIN = build_policy(
    OWN_FILES | {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
)
# Swagger and the browsable API use inline styles.
DOCS = build_policy(OWN_FILES | {"style-src": [SELF, UNSAFE_INLINE]})
PAGES = build_policy(OWN_FILES)
# Address prefix -> policy; all other addresses are pages.
LOOSER = {"/admin/": ADMIN, "/api/docs/": DOCS}
UNUSED_FEATURES = (
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), "
    "payment=(), usb=()"
)


class SecurityHeaders(MiddlewareMixin):
    """Set Content-Security-Policy and Permissions-Policy; Django sets the others."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        renderer = getattr(response, "accepted_renderer", None)
        browsable = isinstance(renderer, BrowsableAPIRenderer)
        policy = DOCS if browsable else policy_of(request.path_info)
        if policy == PAGES and (origin := _socket_of(request)):
            policy = _pages_with(origin)
        response.headers.setdefault(HEADER, policy)
        response.headers.setdefault("Permissions-Policy", UNUSED_FEATURES)
        return response


def policy_of(path: str) -> str:
    """Return the policy of the page at this address."""
    found = (policy for start, policy in LOOSER.items() if path.startswith(start))
    return next(found, PAGES)


def _socket_of(request: HttpRequest) -> str:
    """Return what a page, or the script that it shares with others, connects to."""
    try:
        return socket_origin(request)
    except DisallowedHost:
        return ""


@lru_cache(maxsize=100)
def _pages_with(origin: str) -> str:
    return build_policy(OWN_FILES | {"connect-src": [SELF, origin]})
