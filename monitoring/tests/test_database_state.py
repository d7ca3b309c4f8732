"""What the database says of itself, and where its metrics are published to."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django import Settings

from clouds.testing import aws_account
from core.api.cache import look_up
from core.testing.clock import NOW
from core.testing.postgres import free_port
from monitoring.database.state import database_state
from monitoring.models import HealthPeriod
from users.models import AuditEntry
from users.testing import operator, viewer

pytestmark = pytest.mark.django_db
PUBLISH = "/api/v1/monitoring/database/publish-metrics/"
POOL = "/api/v1/monitoring/database/pool/"


@pytest.mark.on_each_database
def test_its_size_and_tables_are_measured() -> None:
    aws_account()
    state = database_state(timezone.now())
    assert state["engine"] == connection.vendor
    sizes = {one["name"]: one["bytes"] for one in state["tables"]}
    assert sizes["clouds_cloudaccount"] > 0
    assert sum(sizes.values()) <= state["size_bytes"]
    assert [*sizes.values()] == sorted(sizes.values(), reverse=True)
    assert state["migrations"]["missing"] == []
    assert state["backups"] is None


def test_migrations_that_differ_from_the_release_are_named() -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("clouds", "0001_initial")
    recorder.record_applied("clouds", "0099_of_tomorrow")
    found = database_state(timezone.now())["migrations"]
    assert found["missing"] == ["clouds.0001_initial"]
    assert found["of_another_release"] == ["clouds.0099_of_tomorrow"]


@pytest.mark.only_on("postgresql")
def test_connections_and_what_waits_are_counted() -> None:
    state = database_state(timezone.now())
    assert state["connections"]["in_use"] >= 1
    assert state["connections"]["limit"] >= 10
    assert state["replicas"] == []
    assert state["wal_archive"] is None
    assert viewer().get(POOL).json()["pgbouncer"] is None


def test_the_age_of_backups_is_what_their_check_found() -> None:
    HealthPeriod.objects.create(
        component="backups",
        grain="minute",
        starts_at=NOW,
        state="degraded",
        checks=1,
        degraded=1,
        down=0,
        response_ms=1,
        max_response_ms=1,
        message="The newest is 30 hours old.",
        checked_at=NOW,
    )
    found = database_state(NOW)["backups"]
    assert (found["state"], found["message"]) == (
        "degraded",
        "The newest is 30 hours old.",
    )


def test_a_pooler_that_is_away_is_a_sentence_without_its_password(
    settings: Settings,
) -> None:
    settings.PGBOUNCER_URL = f"postgres://me:hunter2@127.0.0.1:{free_port()}/pgbouncer"
    found = viewer().get(POOL).json()
    assert found["pgbouncer"] is None
    assert found["pgbouncer_error"].startswith("pgbouncer at PGBOUNCER_URL does not")
    assert "hunter2" not in found["pgbouncer_error"]


def test_hit_rates_are_by_kind_of_answer() -> None:
    for _ in range(3):
        look_up("api:nothing", "test-of-rates")
    cache.set("api:something", b"api:something\ntext/plain\n")
    look_up("api:something", "test-of-rates")
    rates = {
        one["kind"]: one for one in viewer().get("/database/status").json()["cache"]
    }
    assert rates["test-of-rates"]["hit_percent"] == 25
    page = viewer().get("/monitoring/database/").content.decode()
    assert "test-of-rates" in page


class Gateway(BaseHTTPRequestHandler):
    taken: list[tuple[str, str, bytes]] = []
    answer = 200

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((self.command, self.path, body))
        self.send_response(self.answer)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_POST = _take

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    Gateway.taken, Gateway.answer = [], 200
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_without_a_place_it_is_a_conflict_and_needs_its_permission() -> None:
    answer = operator().post(PUBLISH)
    assert answer.status_code == 409
    assert "set PUSHGATEWAY_URL or CLOUDWATCH_NAMESPACE" in answer.json()["detail"]
    assert viewer().post(PUBLISH).status_code == 403


def test_a_pushgateway_takes_them(gateway: str, settings: Settings) -> None:
    settings.PUSHGATEWAY_URL = gateway
    for _ in range(2):
        answer = operator().post(PUBLISH)
        assert answer.status_code == 200, answer.content
    (method, path, body), again = Gateway.taken
    assert (method, path) == ("PUT", "/metrics/job/cloudintel")
    assert b"cloudintel_database_bytes " in body
    assert again[:2] == (method, path)
    assert answer.json() == {"pushgateway": body.count(b"\ncloudintel_database_")}
    assert AuditEntry.objects.filter(action="metrics.publish").count() == 2


def test_one_that_refuses_or_is_away_is_a_sentence(
    gateway: str, settings: Settings
) -> None:
    Gateway.answer = 400
    for url, told in (
        (gateway, "The Pushgateway refused them (400)."),
        (f"http://127.0.0.1:{free_port()}", "does not answer (["),
        ("http://me:hunter2@gateway", "is no Pushgateway (InvalidURL)."),
    ):
        settings.PUSHGATEWAY_URL = url
        answer = operator().post(PUBLISH)
        assert answer.status_code == 503
        assert told in answer.json()["detail"]
        assert "hunter2" not in answer.content.decode()


def test_cloudwatch_takes_them_with_their_labels(
    gateway: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CLOUDWATCH_NAMESPACE = "Company/cloudintel"
    for name, value in {
        "AWS_ENDPOINT_URL": gateway,
        "AWS_ACCESS_KEY_ID": "AKIATEST",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES": "1048576",
    }.items():
        monkeypatch.setenv(name, value)
    answer = operator().post(PUBLISH)
    assert answer.status_code == 200, answer.content
    assert answer.json()["cloudwatch"] >= 1
    assert b"Company" in Gateway.taken[0][2]
    assert b"cloudintel_database_bytes" in Gateway.taken[0][2]
