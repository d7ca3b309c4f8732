"""A small client for the emulator's own tests: it sends what it is told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from core.testing.azure_emulator.identity import ACCESS_TOKEN

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure

API_VERSIONS = {
    "/metrics:getBatch": "2024-02-01",
    "/microsoft.insights/": "2024-02-01",
    "Microsoft.Compute/skus": "2021-07-01",
    "Microsoft.Compute/disks": "2024-03-02",
    "Microsoft.Compute/snapshots": "2024-03-02",
    "Microsoft.Storage/": "2024-01-01",
    "Microsoft.Sql/": "2023-08-01",
    "Microsoft.DBforPostgreSQL/": "2024-08-01",
    "Microsoft.DBforMySQL/": "2023-12-30",
    "Microsoft.Network/": "2024-05-01",
    "Microsoft.Advisor": "2020-01-01",
    "Microsoft.Compute": "2024-07-01",
    "Microsoft.CostManagement": "2025-03-01",
    "/api/retail": "2023-01-01-preview",
    "/providers": "2022-09-01",
    "/subscriptions": "2022-12-01",
}


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """An error's code, wrapped or not; "" for none."""
        content = self.json
        return str(content.get("error", content).get("code", ""))


def ask(
    azure: EmulatedAzure,
    path: str,
    body: Any = None,
    *,
    method: str = "",
    token: str | None = ACCESS_TOKEN,
    headers: Any = None,  # by name; an empty one is not sent
    **parameters: str,
) -> Reply:
    """Sends one request: a POST if it has a body, which is a form if it is text."""
    kind = "x-www-form-urlencoded" if isinstance(body, str) else "json"
    sent = {"Content-Type": f"application/{kind}", "ClientType": "emulator-test"}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    sent |= headers or {}
    target = urlsplit(path)
    query = target.query or urlencode({"api-version": _version(path)} | parameters)
    where = urlsplit(azure.endpoint_url if not target.netloc else path)
    connection = HTTPConnection(where.netloc, timeout=30)
    connection.request(
        method or ("GET" if body is None else "POST"),
        f"{target.path}?{query}",
        body if body is None or isinstance(body, str) else json.dumps(body),
        {name: value for name, value in sent.items() if value},
    )
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return Reply(
        answer.status,
        {name.lower(): value for name, value in answer.getheaders()},
        text,
    )


def _version(path: str) -> str:
    for part, version in API_VERSIONS.items():
        if part.lower() in path.lower():
            return version
    return ""
