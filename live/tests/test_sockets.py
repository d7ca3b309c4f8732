"""Sockets of a running process: what they tell whom, and what ends them."""

import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from queue import Queue
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from pytest_django import Settings
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from clouds.testing import account, see_only
from clouds.versions import bump_version
from core.testing.postgres import free_port
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until
from live import hub, viewers, watch
from live.application import Application
from live.testing import served
from live.watch import StoredVersions
from users.models import ApiToken
from users.roles import Role
from users.testing import person
from users.tokens import make_token

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql"),
]


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    for name in ("RIGHTS_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(hub, name, 0.1)
    port = free_port()
    monkeypatch.setattr(Application, "port", port, raising=False)
    with served(port) as application:
        yield application


def opened(user: User, path: str = "/ws/events") -> ClientConnection:
    _, text = make_token(user, 1)
    return with_headers(path, Authorization=f"Token {text}")


def with_headers(path: str, **headers: str) -> ClientConnection:
    port = Application.port  # type: ignore[attr-defined]
    address = f"ws://127.0.0.1:{port}{path}"
    return connect(address, additional_headers=headers, compression=None)


def subscribe(client: ClientConnection, *topics: str) -> Any:
    client.send(json.dumps({"subscribe": topics}))
    return heard(client)


def heard(client: ClientConnection) -> Any:
    return json.loads(client.recv(timeout=HANGS_AFTER_SECONDS))


def end_of(client: ClientConnection) -> tuple[int, str]:
    """Return the code and the reason with which the server ended it."""
    with pytest.raises(ConnectionClosed) as caught:
        while True:
            client.recv(timeout=HANGS_AFTER_SECONDS)
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code, caught.value.rcvd.reason


def test_an_event_names_what_changed_to_those_who_may_see_it(
    process: Application,
) -> None:
    first, second = account(1, "first"), account(2, "second")
    limited = person(Role.OPERATOR)
    see_only(limited, second)
    with opened(person(Role.VIEWER)) as everybody, opened(limited) as some:
        before = subscribe(everybody, "costs", "runs")["versions"]
        subscribe(some, "costs")
        bump_version(first, "cost")
        told = heard(everybody)
        assert told["spread"] == 0.1, "two viewers fetch their pages one after another"
        (event,) = told["events"]
        assert (event["kind"], event["accounts"]) == ("costs", [first.account_id])
        assert event["version"] != before["costs"]
        bump_version(second, "cost")
        # The first that this user hears of: nothing was said of the other account.
        (event,) = heard(some)["events"]
        assert event["accounts"] == [second.account_id]
        # Who comes back learns what they missed.
        assert subscribe(some, "costs")["versions"] == {"costs": event["version"]}


def test_the_costs_socket_tells_without_being_asked_and_nothing_else(
    process: Application,
) -> None:
    owner = account()
    with opened(person(Role.VIEWER), "/ws/cost-analysis") as client:
        topics = {"costs", "anomalies", "recommendations"}
        assert heard(client)["versions"].keys() == topics
        bump_version(owner, "runs")
        bump_version(owner, "cost")
        assert [one["kind"] for one in heard(client)["events"]] == ["costs"]
        client.send('{"subscribe": ["runs"]}')
        assert end_of(client) == (4403, "You may not watch runs.")


@pytest.mark.parametrize(
    ("message", "code", "reason"),
    [
        ("costs", 1007, 'Send {"subscribe": ["costs"]}.'),
        (b"\x00", 1007, 'Send {"subscribe": ["costs"]}.'),
        ("[" * 4000, 1007, 'Send {"subscribe": ["costs"]}.'),
        ('{"subscribe": ["costs"], "x": 1}', 1007, 'Send {"subscribe": ["costs"]}.'),
        ('{"subscribe": ["taxes"]}', 1007, "Choose among the topics costs, runs, "),
        (f'{{"subscribe": ["{"ü" * 60}"]}}', 1007, "Choose among the topics costs, "),
        ('{"subscribe": "costs"}', 1007, "Choose among the topics costs, runs, "),
        ('{"subscribe": []}', 1007, "Choose among the topics costs, runs, "),
        ('{"subscribe": [{}]}', 1007, "Choose among the topics costs, runs, "),
        ("x" * 5000, 1009, ""),
    ],
)
def test_what_is_no_message_ends_it_with_the_reason(
    process: Application, message: str | bytes, code: int, reason: str
) -> None:
    with opened(person(Role.VIEWER)) as client:
        client.send(message)
        ended = end_of(client)
    assert ended[0] == code
    assert reason in ended[1]


def test_what_somebody_may_not_see_and_too_much_at_once_end_it(
    process: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = User.objects.create(username="nobody")
    with opened(nobody) as client:
        client.send('{"subscribe": ["costs"]}')
        assert end_of(client) == (4403, "You may not watch costs.")
    monkeypatch.setattr(hub, "RIGHTS_SECONDS", 600)
    with opened(person(Role.VIEWER)) as client:
        # The look that is due already may come between them.
        with suppress(ConnectionClosed):
            for _ in range(2 * viewers.MESSAGES_AT_ONCE + 1):
                client.send('{"subscribe": ["costs"]}')
        assert end_of(client)[0] == 1008


def test_who_may_not_is_refused_at_the_handshake(
    process: Application, settings: Settings
) -> None:
    settings.LIVE_SOCKETS_PER_USER = 1
    user = person(Role.VIEWER)
    _, text = make_token(user, 1)
    token = {"Authorization": f"Token {text}"}
    refused = [("/ws/events", {}, 403), ("/ws/taxes", token, 404)]
    with opened(user):
        for path, headers, status in [*refused, ("/ws/events", token, 429)]:
            with pytest.raises(InvalidStatus) as caught:
                with_headers(path, **headers)
            assert caught.value.response.status_code == status
            assert caught.value.response.body.endswith(b".")


def test_it_ends_when_the_token_is_revoked(process: Application) -> None:
    with opened(person(Role.VIEWER)) as client:
        subscribe(client, "costs")
        ApiToken.objects.all().delete()
        assert end_of(client) == (4401, "Signed out, or your rights changed.")


def test_it_says_that_the_database_is_away_and_what_changed_meanwhile(
    process: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = account()
    with opened(person(Role.VIEWER)) as client:
        before = subscribe(client, "costs")["versions"]
        with monkeypatch.context() as away:

            def look(stored: StoredVersions) -> None:
                raise OperationalError

            away.setattr(StoredVersions, "look", look)
            assert heard(client) == {"away": True}
            bump_version(owner, "cost")
        told = heard(client)
        while "versions" not in told:
            told = heard(client)
        assert told["versions"]["costs"] != before["costs"]


def test_it_goes_on_after_the_database_closed_its_connections(
    process: Application,
) -> None:
    owner = account()
    with opened(person(Role.VIEWER)) as client:
        before = subscribe(client, "costs")["versions"]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert heard(client) == {"away": True}
        bump_version(owner, "cost")
        told = heard(client)
        while told.get("versions", before) == before:
            told = heard(client)


def test_a_connection_that_is_cut_while_it_listens_is_a_database_that_is_away() -> None:
    opened: Queue[Any] = Queue()

    def listen() -> None:
        connection.ensure_connection()
        opened.put(connection.connection)
        try:
            watch._listen(HANGS_AFTER_SECONDS)
        finally:
            connection.close()

    def listens() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT FROM pg_stat_activity "
                "WHERE pid = %s AND state = 'idle' AND query LIKE 'LISTEN%%'",
                [raw.info.backend_pid],
            )
            return cursor.rowcount == 1

    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(listen)
        raw = opened.get(timeout=HANGS_AFTER_SECONDS)
        wait_until("the connection that listens", listens)
        with socket.socket(fileno=os.dup(raw.fileno())) as cut:
            cut.shutdown(socket.SHUT_RDWR)
        with pytest.raises(OperationalError):
            listening.result(HANGS_AFTER_SECONDS)


def test_the_end_of_the_process_ends_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.1)
    port = free_port()
    Application.port = port  # type: ignore[attr-defined]
    with ExitStack() as stack:
        with served(port):
            client = stack.enter_context(opened(person(Role.VIEWER)))
            subscribe(client, "costs")
        assert end_of(client)[0] == 1012
