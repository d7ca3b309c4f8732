"""What can go wrong with Azure, on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from core.testing.azure_emulator.wire import METRICS, AzureError, Call, Route
from core.testing.emulated_cloud import LoopbackServer, Turns

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PRINCIPAL = "99999999-9999-4999-8999-999999999999"


@dataclass
class Fault:
    """What happens to some calls of an operation ("": of all), where they ask."""

    operation: str
    where: str = ""
    turns: Turns = field(default_factory=Turns)
    error: AzureError | None = None
    denies: bool = False
    damage: Callable[[Response], Response] | None = None
    strays: bool = False

    def is_about(self, call: Call) -> bool:
        return (
            self.operation in ("", call.operation)
            and self.where.lower() in call.path.lower()
        )


@dataclass
class Faults:
    """The faults in force; empty when Azure is well."""

    in_force: list[Fault] = field(default_factory=list)
    regions_down: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def add(self, fault: Fault) -> None:
        self.in_force.append(fault)

    def clear(self) -> None:
        """Everything works again."""
        self.in_force.clear()
        self.regions_down.clear()

    def check(self, route: Route, call: Call) -> None:
        """Raises the error this call must be answered with, if any."""
        for fault in self._hitting(call, lambda each: bool(each.error or each.denies)):
            raise fault.error or denied(route, call.scope)

    def denied_operations(self) -> list[str]:
        """What nobody may do."""
        return [fault.operation for fault in self.in_force if fault.denies]

    def damaged(self, call: Call, response: Response) -> Response:
        """The answer to this call as it arrives."""
        for fault in self._hitting(call, lambda each: each.damage is not None):
            if fault.damage:
                response = fault.damage(response)
        return response

    def strays(self, call: Call) -> bool:
        """Whether the next page of this call is elsewhere."""
        return any(self._hitting(call, lambda fault: fault.strays))

    def check_region(self, region: str) -> None:
        """Raises 503 when the region is down."""
        if region in self.regions_down:
            raise AzureError("ServiceUnavailable", f"{region} is unavailable.", 503)

    def _hitting(self, call: Call, kind: Callable[[Fault], bool]) -> list[Fault]:
        with self._lock:
            return [
                fault
                for fault in self.in_force
                if kind(fault) and fault.is_about(call) and fault.turns.hits()
            ]


def denied(route: Route, scope: str) -> AzureError:
    """The refusal of who has no role: ARM's 403, and 401 of batches of metrics."""
    action = route.operation.replace("metrics:getBatch", "Metrics/Read")
    return AzureError(
        "AuthorizationFailed",
        f"The client '{PRINCIPAL}' with object id '{PRINCIPAL}' does not have "
        f"authorization to perform action '{action}' over scope '{scope}' or the scope "
        "is invalid. If access was recently granted, please refresh your credentials.",
        401 if route.audience == METRICS else 403,
    )


def cut_text(response: Response) -> Response:
    """Half of the answer, as if it were all of it."""
    body = response.get_data()
    response.set_data(body[: len(body) // 2])
    return response


def cut_connection(response: Response) -> Response:
    """Half of the answer, which promises all of it."""
    promised = len(response.get_data())
    half = cut_text(response)
    half.headers["Content-Length"] = str(promised)
    half.headers["Connection"] = "close"
    return half


class Stranger(LoopbackServer):
    """Another host, to which no request of ours may go: it notes each that does."""

    def __init__(self, leaks: list[str]) -> None:
        self._leaks = leaks
        super().__init__(self._answer)

    def _answer(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        request = Request(environ)
        token = request.headers.get("Authorization", "no token")
        self._leaks.append(f"{request.method} {request.url} with {token}")
        content = json.dumps({"value": [], "properties": {"columns": [], "rows": []}})
        return Response(content, content_type="application/json")(
            environ, start_response
        )
