"""Broker and cache away: the pages and the API answer from the database."""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.postgres import free_port
from core.testing.processes import shared_database, start
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until
from monitoring.health.models import HealthState
from monitoring.health.recording import Finding, keep
from syncs.testing import OF_AWS
from users.tokens import make_token

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Web:
    """A web server of two processes, and somebody who is signed in."""

    address: str
    headers: dict[str, str]
    process: "subprocess.Popen[str]"

    def ask(self, path: str, method: str = "GET") -> tuple[int, str]:
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.address + path, headers=self.headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=HANGS_AFTER_SECONDS) as answer:  # noqa: S310
                found = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            found = error.code, error.read().decode()
        return found

    def wait(self) -> None:
        wait_until("the web server", self.answers)

    def answers(self) -> bool:
        try:
            self.ask("/health")
        except OSError:
            return False
        return True


@pytest.fixture
def web(aws: EmulatedAws, tmp_path: Path) -> Iterator[Web]:
    aws_account()
    # It is no new installation, whose worker has yet to start.
    then = timezone.now() - timedelta(days=1)
    keep([Finding("broker", HealthState.OK, "", 1, then)], then)
    user = User.objects.create_superuser("somebody")
    client = Client()
    client.force_login(user)
    _, token = make_token(user, days=1)
    headers = {
        "Authorization": f"Token {token}",
        "Cookie": f"cloudintel_session={client.cookies['cloudintel_session'].value}",
        "Accept": "application/json, text/html",
    }
    port, nobody = free_port(), f"redis://127.0.0.1:{free_port()}/0"
    arguments = ["-m", "gunicorn", "cloudintel.wsgi", "--bind", f"127.0.0.1:{port}"]
    with shared_database(tmp_path) as url:
        process = start(
            url,
            aws,
            *arguments,
            *("--timeout", str(HANGS_AFTER_SECONDS)),
            CACHE_URL=nobody.replace("redis:", "rediscache:"),
            CELERY_BROKER_URL=nobody,
        )
        found = Web(f"http://127.0.0.1:{port}", headers, process)
        try:
            found.wait()
            yield found
        finally:
            process.terminate()
            process.communicate(timeout=HANGS_AFTER_SECONDS)


def test_pages_api_and_monitoring_answer_and_a_start_is_refused(web: Web) -> None:
    pages = ["/", "/costs/", "/instances/", "/syncs/", "/admin/", "/metrics"]
    api = ["/api/v1/runs/", "/api/v1/accounts/", "/cost-summary"]
    statuses = {path: web.ask(path)[0] for path in pages + api}
    assert {path: code for path, code in statuses.items() if code >= 500} == {}
    assert statuses["/"] == statuses["/metrics"] == statuses["/syncs/"] == 200

    code, told = web.ask("/status")
    found: dict[str, Any] = json.loads(told)
    states = {name: one["state"] for name, one in found["components"].items()}
    assert (code, found["status"]) == (503, "down")
    # No worker could start that would look for the queue and the cache.
    assert states == {"checker": "down", "database": "ok", "workers": "down"}
    assert found["freshness"] == {"never": len(OF_AWS)}
    assert "127.0.0.1" not in told  # states only

    code, told = web.ask("/api/v1/sync/ec2/", "POST")
    assert code == 503
    assert "The queue can't be reached" in json.loads(told)["detail"]

    runs = json.loads(web.ask("/api/v1/runs/")[1])["results"]
    assert runs == []

    # Whichever of the two processes answers, the numbers are the database's.
    answers = {
        web.ask("/metrics")[1].split("# HELP cloudintel_oldest")[0] for _ in "1234"
    }
    assert len(answers) == 1
