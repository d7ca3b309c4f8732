"""Errors where no endpoint was reached: a problem for a program, else a page."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from rest.errors import problem_response

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_problem(request):
        return problem_response(400, "The request can't be read.")
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_problem(request):
        return problem_response(404, f"There is nothing at {request.path}.")
    return defaults.page_not_found(request, exception)


def fault(request: HttpRequest) -> HttpResponse:
    """What happened is in the log, and only there."""
    if wants_problem(request):
        detail = "It was logged. Try again, and tell the administrator if it stays."
        return problem_response(500, detail)
    return defaults.server_error(request)


def wants_problem(request: HttpRequest) -> bool:
    """Whether a program asks: of the API, or of anything by JSON; never a browser."""
    accepted = request.headers.get("Accept", "")
    if "text/html" in accepted:
        return False
    return request.path.startswith(API) or "json" in accepted
