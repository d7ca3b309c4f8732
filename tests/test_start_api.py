"""Starting a sync over the API: who may, what is queued, and what is refused."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from celery import current_app
from kombu.exceptions import OperationalError

from clouds.models import CloudAccount
from clouds.registry import CloudKind
from clouds.testing import account
from core.testing.clock import NOW
from costs.models import CostTotal
from costs.tasks import sync_commitments, sync_cost
from insights.tasks import sync_advice
from inventory.tasks import sync_databases, sync_ec2, sync_network, sync_storage
from metrics.models import CpuMetric
from metrics.tasks import sync_cpu, sync_usage
from pricing.tasks import sync_prices
from providers.demo.company import PRODUCTION, STAGING
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.testing import run
from users.testing import operator, viewer

pytestmark = pytest.mark.django_db
ROUTES = {
    "/api/v1/sync/ec2/": "instances",
    "/api/v1/sync/instances/": "instances",
    "/api/v1/sync/storage/": "storage",
    "/api/v1/sync/databases/": "databases",
    "/api/v1/sync/network/": "network",
    "/api/v1/sync/prices/": "prices",
    "/api/v1/sync/cost/": "cost",
    "/api/v1/sync/cpu/": "cpu",
    "/api/v1/sync/usage/": "usage",
    "/sync-ec2": "instances",
    "/sync-cost": "cost",
    "/sync-cpu": "cpu",
    "/sync-storage": "storage",
}
COST = "/api/v1/sync/cost/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int]]]:
    """The messages that the queue was given."""
    messages: list[tuple[str, list[int]]] = []

    def send(name: str, args: list[int], **options: Any) -> None:
        messages.append((name, args))

    monkeypatch.setattr(current_app, "send_task", send)
    return messages


def demo(account_id: str = PRODUCTION, name: str = "production") -> CloudAccount:
    return CloudAccount.objects.create(
        provider=CloudKind.DEMO, account_id=account_id, name=name
    )


@pytest.mark.parametrize("route", ROUTES)
def test_without_the_permission_nothing_starts(route: str) -> None:
    demo()
    response = viewer().post(route)
    assert response.status_code == 403
    assert "syncs.start_sync" in response.json()["detail"]
    assert not SyncRun.objects.exists()


@pytest.mark.parametrize("route", ROUTES)
def test_it_queues_a_run_and_answers_with_it(
    route: str, sent: list[tuple[str, list[int]]]
) -> None:
    demo()
    response = operator().post(route)
    queued = SyncRun.objects.get()
    assert response.status_code == 202
    (told,) = response.json()["runs"]
    assert (told["id"], told["status"]) == (queued.pk, "queued")
    assert (told["dataset"], told["trigger"]) == (ROUTES[route], "api")
    assert told["started_by"] == "operator"
    assert response.json()["taken"] == []
    assert sent == [(Dataset(queued.dataset).traits.task, [queued.pk])]


def test_every_message_names_a_task_that_workers_know() -> None:
    assert [dataset.traits.task for dataset in Dataset] == [
        *(sync_ec2.name, sync_storage.name, sync_databases.name, sync_network.name),
        *(sync_cost.name, sync_cpu.name, sync_usage.name, sync_prices.name),
        *(sync_advice.name, sync_commitments.name),
    ]


def test_of_several_accounts_those_at_work_are_named_and_the_others_start() -> None:
    busy, free = demo(), demo(STAGING, "staging")
    at_work = run(busy, Dataset.COST, NOW, status="running", finished_at=None)
    response = operator().post(COST)
    assert response.status_code == 202
    assert [one["id"] for one in response.json()["taken"]] == [at_work.pk]
    assert [one["account"] for one in response.json()["runs"]] == [free.account_id]


@pytest.mark.parametrize("status", ["queued", "running"])
def test_while_every_slot_is_taken_it_is_409(status: str) -> None:
    times = {"queued_at": NOW, "finished_at": None}
    held = run(demo(), Dataset.COST, NOW, status=status, **times)
    response = operator().post(COST)
    assert response.status_code == 409
    assert response.json()["runs"] == []
    assert response.json()["type"].endswith(":conflict")
    assert response.json()["detail"] == (
        f"Already running: Cost of {held.account}. Wait for it to end."
    )
    assert [one["status"] for one in response.json()["taken"]] == [status]
    assert SyncRun.objects.count() == 1


def test_a_slot_whose_holder_gave_no_sign_of_life_is_free_again() -> None:
    long_ago = NOW - timedelta(days=1)
    dead = run(demo(), Dataset.COST, long_ago, status="running", finished_at=None)
    assert operator().post(COST).status_code == 202
    dead.refresh_from_db()
    assert dead.status == "abandoned"


@pytest.mark.parametrize("name", [PRODUCTION, "production"])
def test_an_account_is_chosen_by_its_id_or_its_name(name: str) -> None:
    demo()
    demo(STAGING, "staging")
    response = operator().post(COST, {"account": name})
    assert [one["account"] for one in response.json()["runs"]] == [PRODUCTION]


def test_a_window_is_kept_for_the_worker() -> None:
    demo()
    asked = {"start": "2026-11-01", "end": "2026-11-05"}
    (told,) = operator().post(COST, asked).json()["runs"]
    assert (told["start"], told["end"]) == ("2026-11-01", "2026-11-05")
    SyncRun.objects.all().delete()
    (told,) = operator().post(COST, {"start": "2026-11-01"}).json()["runs"]
    assert (told["start"], told["end"]) == ("2026-11-01", "2026-11-20")


@pytest.mark.parametrize(
    ("route", "field", "body"),
    [
        (COST, "account", {"account": "999999999999"}),
        (COST, "account", {"account": ""}),
        (COST, "account", {"account": "a\0"}),
        (COST, "account", {"account": [PRODUCTION]}),
        (COST, "force", {"force": True}),
        (COST, "start", {"start": "soon"}),
        (COST, "start", {"end": "2026-11-05"}),
        (COST, "start", {"start": "2026-11-05", "end": "2026-11-05"}),
        (COST, "start", {"start": "2026-11-21"}),
        (COST, "start", {"start": "2020-01-01", "end": "2020-02-01"}),
        (COST, "start", {"start": "2026-11-19", "end": "2026-11-21"}),
        (COST, "start", {"start": "9999-12-31"}),
        ("/api/v1/sync/ec2/", "start", {"start": "2026-11-01"}),
        (COST, "request", [1]),
        (f"{COST}?account={PRODUCTION}", "account", {}),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(
    route: str, field: str, body: Any
) -> None:
    demo()
    response = operator().post(route, body)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert not SyncRun.objects.exists()


def test_a_disabled_account_is_refused_by_name_and_left_out_of_all(
    sent: list[tuple[str, list[int]]],
) -> None:
    off = CloudAccount.objects.create(
        account_id=f"{1:012}", name="off", is_enabled=False
    )
    response = operator().post(COST, {"account": "off"})
    assert response.status_code == 400
    assert response.json()["errors"] == {
        "account": [f"{off} is disabled. Enable it to have it read."]
    }
    account(2, "on")
    assert [one["account"] for one in operator().post(COST).json()["runs"]] == [
        f"{2:012}"
    ]
    assert len(sent) == 1


def test_without_any_account_it_says_so() -> None:
    response = operator().post(COST)
    assert response.status_code == 400
    assert response.json()["errors"] == {"account": ["There is no account yet."]}


def test_the_costs_of_a_member_are_refused_with_the_payer_to_sync_instead() -> None:
    payer = account(1, "payer")
    payer.is_payer = True
    payer.save()
    member = account(2, "member")
    member.payer = payer
    member.save()
    response = operator().post(COST, {"account": "member"})
    assert response.status_code == 400
    assert "payer (000000000001)" in response.json()["errors"]["account"][0]
    queued = operator().post(COST).json()["runs"]
    assert [one["account"] for one in queued] == ["000000000001"]


@pytest.mark.parametrize("error", [OperationalError("no route"), ConnectionError("no")])
def test_without_its_queue_it_is_503_and_the_slot_is_free(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(name: str, args: list[int], **options: Any) -> None:
        raise error

    monkeypatch.setattr(current_app, "send_task", refuse)
    demo()
    response = operator().post(COST)
    assert response.status_code == 503
    assert "CELERY_BROKER_URL" in response.json()["detail"]
    assert not SyncRun.objects.exists()


def test_a_worker_reads_what_was_queued_and_a_second_delivery_does_nothing() -> None:
    demo()
    client = operator()
    window = {"start": "2026-11-10", "end": "2026-11-20"}
    tasks: list[tuple[Any, str, dict[str, str]]] = [
        (sync_ec2, "instances", {}),
        (sync_storage, "storage", {}),
        (sync_databases, "databases", {}),
        (sync_network, "network", {}),
        (sync_cost, "cost", window),
        (sync_cpu, "cpu", window),
        (sync_usage, "usage", window),
        (sync_prices, "prices", {}),
    ]
    for task, dataset, body in tasks:
        response = client.post(f"/api/v1/sync/{dataset}/", body)
        key = response.json()["runs"][0]["id"]
        assert task(key) == "succeeded"
        read = SyncRun.objects.get(pk=key)
        assert (read.dataset, read.status, read.error) == (dataset, "succeeded", "")
        assert read.rows > 0
        before = SyncRun.objects.values().get(pk=key)
        assert task(key) == "taken"
        assert SyncRun.objects.values().get(pk=key) == before
    assert CostTotal.objects.count() == 10
    assert CpuMetric.objects.dates("day", "day").count() == 10


def test_a_task_for_a_run_that_is_gone_does_nothing() -> None:
    assert sync_cost(4711) == "taken"
