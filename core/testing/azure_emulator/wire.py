"""A request as a `Call`, an operation as a `Route`, an error as Azure words it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure

ARM = "https://management.azure.com"
METRICS = "https://metrics.monitor.azure.com"
SKIP_TOKEN = "$skiptoken"  # noqa: S105 (a page's, no secret)
SUBSCRIPTION = r"/subscriptions/(?P<subscription>[^/]+)"
GROUP = r"/resourceGroups/(?P<group>[^/]+)"


@dataclass(frozen=True)
class Call:
    """One request: the operation, where it is asked and what."""

    operation: str
    path: str
    # By their names in lower case, as none of Azure's names differ by case.
    parameters: Mapping[str, str]
    names: Mapping[str, str]  # what the route's pattern names, as the path has it
    body: Any = None  # parsed JSON
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def subscription_id(self) -> str:
        """The subscription in the path, in lower case; "" in none."""
        return self.names.get("subscription", "").lower()

    @property
    def scope(self) -> str:
        """Where it is asked, as refusals name it."""
        if self.subscription_id:
            return f"/subscriptions/{self.subscription_id}"
        return self.names.get("scope", "/").lower()

    def number(self, name: str, default: int) -> int:
        """A parameter that is a number; raises for what is none."""
        text = self.parameters.get(name.lower(), str(default))
        if not text.isdecimal():
            raise AzureError("InvalidParameter", f"{name} '{text}' is no number.")
        return int(text)

    @property
    def question(self) -> object:
        """What is asked, whichever page of it."""
        asked = {
            name: value
            for name, value in sorted(self.parameters.items())
            if name != SKIP_TOKEN
        }
        return [self.operation, self.path.lower(), asked, self.body]


@dataclass(frozen=True)
class Answer:
    """What goes back: JSON, and headers of this service."""

    content: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Route:
    """An operation, named as its permission is, and what asks for it."""

    operation: str
    method: str
    pattern: re.Pattern[str]
    answer: Callable[[EmulatedAzure, Call], Answer]
    versions: frozenset[str] = frozenset()  # none: no api-version is asked for
    audience: str = ARM  # "" without a token
    namespace: str = ""  # which the subscription must have registered


def path_of(pattern: str) -> re.Pattern[str]:
    """A whole path, in any case."""
    return re.compile(pattern + "/?", re.IGNORECASE)


class AzureError(Exception):
    """An error that a service answers with."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        *,
        headers: Mapping[str, str] | None = None,
        wrapped: bool = True,
        html: bool = False,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.headers = dict(headers or {})
        self.wrapped = wrapped  # in "error", which not every service does
        self.html = html  # a gateway's page, of which only the message is seen

    def response(self) -> Response:
        """The error as it is sent."""
        if self.html:
            page = f"<html><head><title>{self.message}</title></head><body><center>"
            page += f"<h1>{self.status} {self.message}</h1></center></body></html>\r\n"
            return Response(page, self.status, self.headers, content_type="text/html")
        content: object = {"code": self.code, "message": self.message}
        body = {"error": content} if self.wrapped else content
        return as_json(body, self.status, self.headers)


def as_json(content: object, status: int, headers: Mapping[str, str]) -> Response:
    """JSON as Azure sends it."""
    kind = "application/json; charset=utf-8"
    return Response(json.dumps(content), status, headers, content_type=kind)


def same(one: str, other: str) -> bool:
    """Whether two names are one to Azure."""
    return one.lower() == other.lower()
