"""/health, /status and /metrics: what monitors read, whatever is away."""

import json
import re
from datetime import datetime, timedelta
from typing import Any, NoReturn

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, june, machine
from costs.sync import sync_cost
from inventory.sync import sync_ec2
from monitoring.health import status as status_view
from monitoring.health.recording import check_health
from syncs.models import ApiUsage, SyncRun, Worker
from syncs.runs.processes import own_mark
from syncs.testing import OF_AWS
from users.testing import viewer

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def a_worker() -> Worker:
    """One that lives; a real one is looked for in tests/test_production_up.py."""
    return Worker.objects.create(
        name="celery@here", held_by=own_mark(), heartbeat_at=timezone.now()
    )


def numbers() -> dict[str, float]:
    """What Prometheus would read: name{labels} -> number."""
    answer = viewer().get("/metrics")
    assert answer.status_code == 200
    found = re.findall(r"^(cloudintel\S+) (\S+)$", answer.content.decode(), re.M)
    return {name: float(number) for name, number in found}


def status() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/status")
    return answer.status_code, json.loads(answer.content)


def test_health_asks_nobody(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_status_names_each_part_and_how_fresh_the_data_is(
    a_worker: Worker, aws: EmulatedAws
) -> None:
    aws.world().add_instance(machine("i-1"))
    sync_ec2(aws_account(regions=["eu-west-1"]), datetime.now().astimezone())
    check_health(timezone.now())
    code, body = status()
    states = {name: one["state"] for name, one in body["components"].items()}
    names = ["database", "cache", "broker", "workers", "disk", "freshness"]
    assert (code, list(states)) == (200, names)
    assert {states[name] for name in names if name != "disk"} == {"ok"}
    assert body["freshness"] == {"ok": 1, "never": len(OF_AWS) - 1}
    assert all(one["response_ms"] >= 0 for one in body["components"].values())


def test_without_a_worker_it_is_503() -> None:
    check_health(timezone.now())
    code, body = status()
    assert (code, body["status"]) == (503, "down")
    assert body["components"]["workers"]["state"] == "down"
    assert body["components"]["database"]["state"] == "ok"


def test_a_database_that_is_away_is_all_that_is_known(
    a_worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> NoReturn:
        raise OperationalError("10.0.0.1 refused")

    check_health(timezone.now())
    monkeypatch.setattr(connection, "cursor", refuse)
    code, body = status()
    assert (code, body["status"], list(body["components"])) == (
        *(503, "down"),
        ["database"],
    )
    assert "10.0.0.1" not in str(body)


@pytest.mark.parametrize(("minutes", "is_starting"), [(19, True), (21, False)])
def test_nothing_is_down_while_a_new_installation_starts(
    minutes: int, is_starting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_at = timezone.now() - timedelta(minutes=minutes)
    monkeypatch.setattr("monitoring.health.checks.installed_at", lambda: made_at)
    code, body = status()
    away = [] if is_starting else ["checker", "workers"]
    assert code == (200 if is_starting else 503)
    assert body["components"].keys() == {"database", *away}


def test_a_worker_that_has_just_started_has_yet_to_check_anything(
    a_worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.health.checks.installed_at", timezone.now)
    code, body = status()
    assert (code, body["components"].keys()) == (200, {"database", "workers"})


@pytest.mark.parametrize(("seconds", "is_known"), [(100, True), (245, False)])
def test_what_was_checked_long_ago_says_that_the_checker_stopped(
    a_worker: Worker, seconds: int, is_known: bool
) -> None:
    check_health(timezone.now() - timedelta(seconds=seconds))
    code, body = status()
    assert ("broker" in body["components"]) is is_known
    assert body["components"].get("checker", {}).get("state") == (
        None if is_known else "down"
    )
    assert code == (200 if is_known else 503)


@pytest.mark.parametrize(
    ("held_by", "seconds", "answer"),
    [
        ("elsewhere@1:1", 59, "ok"),
        ("elsewhere@1:1", 61, "down"),
        (f"{own_mark().partition('@')[0]}@4194305:1", 0, "down"),
    ],
)
def test_a_worker_is_alive_by_its_heartbeat_and_on_this_host_by_its_process(
    a_worker: Worker, held_by: str, seconds: int, answer: str
) -> None:
    a_worker.held_by = held_by
    a_worker.save()
    later = a_worker.heartbeat_at + timedelta(seconds=seconds)
    with time_machine.travel(later, tick=False):
        assert status()[1]["components"]["workers"]["state"] == answer


def test_status_asks_a_few_things_of_the_database_alone(
    a_worker: Worker, django_assert_num_queries: Any
) -> None:
    aws_account()
    check_health(timezone.now())
    # a trial; workers; what is kept; accounts; their runs
    with django_assert_num_queries(5):
        assert status()[0] == 200


def test_metrics_need_signing_in() -> None:
    answer = Client().get("/metrics")
    assert answer.status_code == 401
    assert b"cloudintel_" not in answer.content


def test_metrics_are_the_databases_numbers(aws: EmulatedAws, now: datetime) -> None:
    aws.world().add_costs([charge(june(19), "1"), charge(june(19), "1", "Amazon S3")])
    aws.world().add_instance(machine("i-1"))
    mine = aws_account(regions=["eu-west-1"])
    sync_ec2(mine, now)
    for _ in range(2):
        sync_cost(mine, now)
    aws.deny("ce:GetCostAndUsage")
    sync_cost(mine, now)
    values = numbers()
    assert values['cloudintel_runs{dataset="cost",status="succeeded"}'] == 2
    assert values['cloudintel_runs{dataset="cost",status="failed"}'] == 1
    assert values['cloudintel_run_rows{dataset="cost",status="succeeded"}'] == 4
    assert values['cloudintel_run_rows{dataset="instances",status="succeeded"}'] == 1
    took = sum(run.elapsed.total_seconds() for run in SyncRun.objects.all())
    seconds = [n for name, n in values.items() if "run_seconds" in name]
    assert sum(seconds) == pytest.approx(took)
    asked = ApiUsage.objects.get(operation="GetCostAndUsage")
    labels = '{operation="GetCostAndUsage",service="ce"}'
    assert values[f"cloudintel_api_requests{labels}"] == asked.requests
    assert values[f"cloudintel_api_usd{labels}"] == float(asked.usd)


def test_metrics_tell_how_fresh_all_is_and_what_waits(now: datetime) -> None:
    mine = aws_account()
    at = datetime.now().astimezone() - HOUR
    SyncRun.objects.create(
        account=mine,
        dataset="instances",
        status="succeeded",
        started_at=at,
        heartbeat_at=at,
        finished_at=at,
    )
    SyncRun.objects.create(
        account=mine, dataset="cost", status="queued", started_at=at, heartbeat_at=at
    )
    values = numbers()
    assert values['cloudintel_datasets{state="ok"}'] == 1
    assert values['cloudintel_datasets{state="never"}'] == len(OF_AWS) - 1
    age = values['cloudintel_oldest_good_read_seconds{dataset="instances"}']
    assert age == pytest.approx(3600, abs=60)
    assert values['cloudintel_runs{dataset="cost",status="queued"}'] == 1


@pytest.mark.only_on("postgresql")
def test_metrics_cost_the_same_few_queries_for_many_accounts(
    django_assert_num_queries: Any,
) -> None:
    client = viewer()
    for number in range(10):
        aws_account(f"{number:012}")
    # session; user with rights; limit; runs; usage; accounts; freshness; of insights
    # anomalies, forecasts, both savings, age and failures; of health three, and
    # whether anything was ever checked; of the database its size and connections;
    # open findings
    with django_assert_num_queries(19):
        assert client.get("/metrics").status_code == 200


def test_while_the_parts_are_asked_a_second_request_does_not_wait() -> None:
    with status_view.checking:
        answer = Client().get("/status")
    assert (answer.status_code, answer.json()) == (429, {"status": "busy"})
    assert answer["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("path", "code"), [("/health", 200), ("/status", 503), ("/metrics", 401)]
)
def test_monitors_may_ask_by_any_host_and_pages_by_ours(path: str, code: int) -> None:
    by_address = Client(headers={"host": "10.42.0.7:8000"})
    assert by_address.get(path).status_code == code
    assert by_address.get("/login/").status_code == 400
