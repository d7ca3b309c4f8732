"""The official client lists and calls every tool, in both eras of the protocol."""

import asyncio
import json
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Queue
from typing import Any

import httpx2
import pytest
from django.contrib.auth.models import User
from django.test import Client as Browser

from assistant.agents import AGENTS
from assistant.engine.intents import INTENTS
from assistant.models import Interaction
from clouds.models import CloudAccount
from core.testing.waiting import HANGS_AFTER_SECONDS
from insights.testing import somebody
from users.tokens import make_token

MODES = ["legacy", "2026-07-28", "auto"]
ARGUMENTS = {
    "ask": {"question": "What did S3 cost in October?"},
    "report": {"agent": "financial-analyst"},
}


class InProcess(httpx2.AsyncBaseTransport):
    """Hands requests over to the thread of the test, whose connection has the rows."""

    def __init__(self) -> None:
        self.requests: Queue[tuple[httpx2.Request, Future[httpx2.Response]] | None]
        self.requests = Queue()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answered: Future[httpx2.Response] = Future()
        self.requests.put((request, answered))
        return await asyncio.wrap_future(answered)

    def serve(self) -> None:
        """Answer until the client has ended."""
        while waiting := self.requests.get(timeout=HANGS_AFTER_SECONDS):
            request, answered = waiting
            answered.set_result(_answer(request))


def _answer(request: httpx2.Request) -> httpx2.Response:
    answer = Browser().generic(
        request.method,
        request.url.path,
        request.content,
        request.headers.get("content-type", ""),
        headers={
            name: value
            for name, value in request.headers.items()
            if name not in ("host", "content-type", "content-length")
        },
    )
    return httpx2.Response(
        answer.status_code, headers=dict(answer.items()), content=answer.content
    )


def called(user: User, mode: str, calls: dict[str, Any]) -> dict[str, Any]:
    """Return the names of the tools, and what each call says."""
    # Every process that tests would load it for this test alone, which takes a second.
    from mcp.client.client import Client
    from mcp.client.streamable_http import streamable_http_client

    token = make_token(user, 1, scope="mcp")[1]
    headers = {"Authorization": f"Bearer {token}"}
    found: dict[str, Any] = {}
    server = InProcess()

    async def main() -> None:
        http = httpx2.AsyncClient(transport=server, headers=headers)
        transport = streamable_http_client("http://testserver/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            listed = await client.list_tools()
            found["tools"] = [one.name for one in listed.tools]
            assert all(
                one.annotations and one.annotations.read_only_hint
                for one in listed.tools
            )
            for name in found["tools"]:
                if calls and name not in calls:
                    continue
                given = calls.get(name, ARGUMENTS.get(name, {}))
                found[name] = await client.call_tool(name, given)

    def run() -> None:
        try:
            asyncio.run(main())
        finally:
            server.requests.put(None)

    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(run)
        server.serve()
        ended.result(HANGS_AFTER_SECONDS)
    return found


@pytest.mark.parametrize("mode", MODES)
def test_a_viewer_lists_and_calls_every_tool(mode: str, ada: User) -> None:
    found = called(ada, mode, {})
    names = ["ask", *(one.name for one in INTENTS), "report"]
    assert found.pop("tools") == names
    assert {name for name, one in found.items() if one.is_error} == set()
    output = found["ask"].structured_content
    assert output["text"].startswith("$77.50")
    assert output["query"].startswith("/api/v1/costs/summary/")


def test_an_operator_gets_the_same(accounts: object) -> None:
    found = called(somebody("operator", name="op"), "auto", {})
    assert [name for name, one in found.items() if getattr(one, "is_error", 0)] == []


def test_a_limited_user_gets_what_they_see(limited: User) -> None:
    days = {"start": "2026-10-01", "end": "2026-11-01"}
    found = called(limited, "auto", {"cost": days})
    assert found["cost"].structured_content["text"].startswith("$116.25")
    hidden = {"sub_account": ["production"]}
    assert called(limited, "auto", {"cost": hidden})["cost"].is_error


def test_a_token_that_is_limited_limits_its_tools(
    ada: User, accounts: tuple[CloudAccount, CloudAccount]
) -> None:
    text = make_token(ada, 1, scope="mcp", accounts=[accounts[1]])[1]
    days = {"start": "2026-10-01", "end": "2026-11-01"}
    answer = post(text, "tools/call", {"name": "cost", "arguments": days})
    assert "$116.25" in answer.content.decode()


def test_each_call_is_kept_with_who_and_how_long(ada: User) -> None:
    called(ada, "auto", {"count": {"kind": "instance"}})
    row = Interaction.objects.get()
    assert (row.user, row.source, row.intent) == (ada, "mcp", "count")
    assert (row.question, row.understood_by) == ("count: kind=instance", "arguments")


def test_what_a_tool_refuses_is_an_error_that_says_why(ada: User) -> None:
    found = called(ada, "auto", {"cost": {"service": ["CloudFrnt"]}})["cost"]
    assert found.is_error
    assert found.content[0].text == '"CloudFrnt" is not known here.'
    assert found.structured_content["nearest"] == {"CloudFrnt": ["Amazon CloudFront"]}


def post(
    token: str,
    method: str,
    params: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Any:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
    return sent(token, json.dumps(body), headers)


def sent(token: str, body: str, headers: dict[str, str] | None = None) -> Any:
    headers = {"authorization": f"Bearer {token}", **(headers or {})}
    return Browser().post("/mcp", body, "application/json", headers=headers)


def test_it_takes_only_a_token_for_it(ada: User) -> None:
    other = make_token(ada, 1)[1]
    assert post(other, "tools/list").status_code == 403
    nobody = post("guess", "tools/list")
    assert nobody.status_code == 401
    assert nobody["WWW-Authenticate"].startswith("Bearer")


def test_a_token_for_it_opens_nothing_else(ada: User) -> None:
    token = make_token(ada, 1, scope="mcp")[1]
    for keyword in ("Token", "Bearer"):
        headers = {"authorization": f"{keyword} {token}"}
        answer = Browser().get("/api/v1/accounts/", headers=headers)
        assert answer.status_code in (401, 403)


def test_a_page_of_another_site_is_refused(ada: User) -> None:
    token = make_token(ada, 1, scope="mcp")[1]
    refused = post(token, "tools/list", headers={"origin": "https://evil.example"})
    assert refused.status_code == 403
    assert (
        post(token, "tools/list", headers={"origin": "http://testserver"}).status_code
        == 200
    )


def test_errors_of_the_protocol_have_its_codes(ada: User) -> None:
    token = make_token(ada, 1, scope="mcp")[1]
    modern = {"mcp-protocol-version": "2026-07-28"}
    old = {"mcp-protocol-version": "1999-01-01"}
    unknown = post(token, "tools/list", headers=old)
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (400, -32022)
    assert "2026-07-28" in unknown.json()["error"]["data"]["supported"]
    none = [post(token, "prompts/list"), post(token, "prompts/list", headers=modern)]
    assert [one.status_code for one in none] == [200, 404]
    assert {one.json()["error"]["code"] for one in none} == {-32601}
    nothing = post(token, "tools/call", {"name": "delete_everything"})
    assert nothing.json()["error"]["code"] == -32602
    bearer = {"authorization": f"Bearer {token}"}
    assert Browser().get("/mcp", headers=bearer).status_code == 405


@pytest.mark.parametrize("body", ["[]", "{}", "1", '"x"', '{"method": 3}', "{"])
def test_what_is_no_request_is_refused(body: str, ada: User) -> None:
    token = make_token(ada, 1, scope="mcp")[1]
    assert sent(token, body).status_code == 400


def test_a_notification_is_taken(ada: User) -> None:
    token = make_token(ada, 1, scope="mcp")[1]
    body = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})
    answer = sent(token, body)
    assert (answer.status_code, answer.content) == (202, b"")


def test_every_agent_reports(ada: User) -> None:
    for name in AGENTS:
        token = make_token(ada, 1, scope="mcp")[1]
        given = {"name": "report", "arguments": {"agent": name}}
        result = post(token, "tools/call", given).json()["result"]
        assert not result["isError"]
        assert result["structuredContent"]["agent"] == name
