"""Security headers: no foreign scripts, hosts or frames on our pages."""

from dataclasses import replace
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.renderers import BrowsableAPIRenderer

Policy = dict[str, list[str]]

# Our own files only: no inline script or style, no eval, no other host.
PAGES: Policy = {
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
ADMIN: Policy = PAGES | {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}
# Swagger and the browsable API use inline styles.
DOCS: Policy = PAGES | {"style-src": [SELF, UNSAFE_INLINE]}
UNUSED_FEATURES = (
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), "
    "payment=(), usb=()"
)


class SecurityHeaders(CSPMiddleware):
    """Set Content-Security-Policy and Permissions-Policy; Django sets the others."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,
    ) -> PolicyParts:
        parts: Any = super().get_policy_parts(request, response, report_only)
        if report_only or parts.config is not None:
            return parts
        renderer = getattr(response, "accepted_renderer", None)
        browsable = isinstance(renderer, BrowsableAPIRenderer)
        policy = DOCS if browsable else policy_of(request.path_info)
        return replace(parts, config=policy)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response.headers.setdefault("Permissions-Policy", UNUSED_FEATURES)
        with_policy: HttpResponseBase = super().process_response(request, response)
        return with_policy


def policy_of(path: str) -> Policy:
    if path.startswith("/admin/"):
        return ADMIN
    return DOCS if path.startswith("/api/docs/") else PAGES
