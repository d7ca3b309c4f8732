"""Asks an endpoint of this server in process, as a user.

So an answer has the permissions, the limits to accounts, the checks, the throttle and
the numbers of the API, and its address can be opened again.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpRequest, QueryDict
from django.urls import ResolverMatch, get_script_prefix, resolve

from clouds.access import AnyUser

Parameters = Mapping[str, Any]


class EndpointRefused(Exception):
    """The endpoint did not answer; the message is what it said."""


class InProcessRequest(HttpRequest):
    """A GET that came by no network, so that it has no host to be checked."""

    def get_host(self) -> str:
        return "localhost"


def ask_endpoint(endpoint: str, parameters: Parameters, user: AnyUser) -> Any:
    """Return the JSON of an endpoint such as costs/summary/. Raise EndpointRefused."""
    query = urlencode(_given(parameters), doseq=True)
    request = InProcessRequest()
    request.method = "GET"
    request.path = request.path_info = f"/api/v1/{endpoint}"
    request.META = {"QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1"}
    request.META |= {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    request.GET = QueryDict(query)
    request.user = user  # type: ignore[assignment]
    view = _view_of(request.path)
    response: Any = view.func(request, *view.args, **view.kwargs)
    if hasattr(response, "render"):
        response.render()
    data = orjson.loads(response.content)
    if response.status_code != 200:
        reason = str(data.get("detail") or data.get("title"))
        raise EndpointRefused(reason if reason.endswith(".") else f"{reason}.")
    return data


@lru_cache(maxsize=256)
def _view_of(path: str) -> ResolverMatch:
    """Resolve a path once: it is compared with that of each page before."""
    return resolve(path)


def endpoint_address(endpoint: str, parameters: Parameters) -> str:
    """Return where the same can be asked again."""
    return with_query(f"{get_script_prefix()}api/v1/{endpoint}", parameters)


def with_query(address: str, parameters: Parameters) -> str:
    query = urlencode(_given(parameters), doseq=True)
    return f"{address}?{query}" if query else address


def _given(parameters: Parameters) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value}
