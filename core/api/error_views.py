"""Errors outside the API's views: a page for browsers, a problem for programs."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.views import defaults

from core.api.problems import problem_response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_problem(request):
        return problem_response(400, "The request is malformed.")
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_problem(request):
        return problem_response(
            404,
            f"There is nothing at {request.path}. The API is described at /api/docs/.",
        )
    return defaults.page_not_found(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_problem(request):
        return problem_response(403, str(exception) or "Your user lacks a permission.")
    return defaults.permission_denied(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say nothing about the cause: it is in the log."""
    if wants_problem(request):
        detail = (
            "The error was logged. Try again; if it persists, tell an administrator."
        )
        return problem_response(500, detail)
    return defaults.server_error(request)


def wants_problem(request: HttpRequest) -> bool:
    """Return whether the client is a program: browsers accept HTML by name."""
    return "text/html" not in request.headers.get("Accept", "")


class SlashMiddleware(CommonMiddleware):
    """Django's, but a request with a body is never redirected, which would drop it."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        lacks_slash = (
            response.status_code == 404
            and request.method not in ("GET", "HEAD", "OPTIONS")
            and self.should_redirect_with_slash(request)
        )
        if lacks_slash:
            address = f"{request.path}/"
            return problem_response(404, f"Addresses end with a slash. Use {address}")
        return super().process_response(request, response)
