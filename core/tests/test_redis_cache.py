"""Values in Redis: signed JSON and bytes; what we did not write is a miss."""

import json
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client
from django.core.cache import caches
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from core.api.cache import CachedAnswer, look_up, store
from core.api.patient_redis import PatientClient, PatientRedis
from core.api.throttling import Throttle, of_this_process
from core.testing.redis import RedisServer, redis_server
from core.testing.tls import own_certificate, tls_in_front
from core.testing.waiting import HANGS_AFTER_SECONDS

PATIENCE = {
    "socket_connect_timeout": HANGS_AFTER_SECONDS,
    "socket_timeout": HANGS_AFTER_SECONDS,
}


@pytest.fixture
def redis(settings: Settings) -> Iterator[RedisServer]:
    """The cache is a Redis of its own."""
    with redis_server() as server:
        use(settings, server.url)
        yield server
        caches["default"].close()
    of_this_process.clear()
    PatientClient.away_until, PatientClient.logged_at = 0, float("-inf")


def use(settings: Settings, url: str) -> None:
    PatientClient.away_until = 0
    settings.CACHES = {
        "default": {
            "BACKEND": "core.api.patient_redis.PatientRedis",
            "LOCATION": url,
            "OPTIONS": PATIENCE,
        }
    }


class Payload:
    """What runs code where it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("import os; os.environ['CLOUDINTEL_ATTACKED'] = 'yes'",)


def put(redis: RedisServer, key: str, value: bytes) -> None:
    """Write to Redis as somebody else who can."""
    with redis_client.Redis(port=redis.port) as client:
        client.set(caches["default"].make_key(key), value)


@pytest.mark.parametrize(
    "value", [7, -1, 1.5, "text", b"raw\0\xff", b"", [1700000000.25], {"a": None}, True]
)
def test_what_is_stored_is_found_as_it_was(redis: RedisServer, value: object) -> None:
    cache = caches["default"]
    assert isinstance(cache, PatientRedis)
    cache.set("one", value)
    assert cache.get("one") == value
    assert type(cache.get("one")) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        pickle.dumps(Payload()),
        json.dumps(["text"]).encode(),
        b"j" + json.dumps([0]).encode(),
        b"12",
        b"",
        b"\0" * 32 + b"j[]",
    ],
)
def test_what_somebody_else_wrote_is_a_miss_and_runs_nothing(
    redis: RedisServer, value: bytes
) -> None:
    put(redis, "one", value)
    assert caches["default"].get("one", "nothing") == "nothing"
    assert "CLOUDINTEL_ATTACKED" not in os.environ
    caches["default"].set("one", 1)
    assert caches["default"].get("one") == 1
    assert PatientClient.away_until == 0  # Redis itself is well


@pytest.fixture
def request_of_one() -> Request:
    request = Request(APIRequestFactory().get("/"))
    request.user = type("Somebody", (), {"is_authenticated": True, "pk": 1})()
    return request


def test_a_throttle_key_that_somebody_else_wrote_counts_from_nothing(
    redis: RedisServer, request_of_one: Request
) -> None:
    throttle, view = Throttle(), APIView()
    key = throttle.get_cache_key(request_of_one, view)
    assert key is not None
    put(redis, key, pickle.dumps(Payload()))
    assert throttle.allow_request(request_of_one, view)
    assert throttle.allow_request(request_of_one, view)
    assert len(caches["default"].get(key)) == 2


def test_requests_are_counted_by_each_process_while_it_is_away(
    redis: RedisServer, request_of_one: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", {"user": "2/day"})

    def allowed(times: int) -> list[bool]:
        return [
            Throttle().allow_request(request_of_one, APIView()) for _ in range(times)
        ]

    assert allowed(3) == [True, True, False]
    redis.kill()
    # The first finds out.
    assert allowed(4) == [True, True, True, False]
    PatientClient.away_until = 1  # its pause is over, and it is still away
    assert allowed(1) == [False]
    redis.start()
    PatientClient.away_until = 1
    assert allowed(3) == [True, True, False]
    assert PatientClient.away_until == 0


def test_an_answer_that_was_changed_or_moved_is_asked_for_again(
    redis: RedisServer,
) -> None:
    answer = CachedAnswer(b"\x1f\n\x8b", "application/json; charset=utf-8")
    store("api:mine", answer)
    assert look_up("api:mine", "mine") == answer
    with redis_client.Redis(port=redis.port) as client:
        stored = client.get(caches["default"].make_key("api:mine"))
    assert isinstance(stored, bytes)
    put(redis, "api:yours", stored)
    put(redis, "api:mine", stored[:-1] + b"x")
    assert look_up("api:yours", "mine") is None
    assert look_up("api:mine", "mine") is None
    caches["default"].set("api:mine", [1])
    assert look_up("api:mine", "mine") is None


def test_a_certificate_that_nobody_trusts_is_refused(
    redis: RedisServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    certificate = own_certificate(tmp_path)
    with tls_in_front(redis.port, certificate) as port:
        use(settings, f"rediss://127.0.0.1:{port}/1")
        caches["default"].set("one", 1)
        assert caches["default"].get("one") is None
        assert "The cache of CACHE_URL does not answer" in caplog.text
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        use(settings, f"rediss://127.0.0.1:{port}/1")
        caches["default"].set("one", 1)
        assert caches["default"].get("one") == 1


def test_a_socket_of_this_machine_works(settings: Settings, tmp_path: Path) -> None:
    with redis_server("--unixsocket", str(tmp_path / "redis.sock")):
        use(settings, f"unix://{tmp_path}/redis.sock")
        caches["default"].set("one", 1)
        assert caches["default"].get("one") == 1
        caches["default"].close()
