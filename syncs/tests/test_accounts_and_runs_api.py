"""What the API answers about accounts and what was read of them."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User

from clouds.models import CloudAccount
from clouds.testing import account, see_all
from core.testing.clock import NOW
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.testing import run
from users.testing import ask, csv_of, refused, viewer

pytestmark = pytest.mark.django_db


def test_an_account_without_its_secret() -> None:
    payer = account(1, "payer")
    payer.is_payer = True
    payer.save()
    member = CloudAccount.objects.create(
        account_id="000000000002",
        name="member",
        payer=payer,
        is_payer=False,
        settings={
            "role_arn": "arn:aws:iam::000000000002:role/cloudintel",
            "external_id": "a-shared-secret",
            "acting_role_arn": "arn:aws:iam::000000000002:role/cloudintel-acting",
            "acting_external_id": "a-shared-secret",
            "regions": ["eu-west-1"],
            "tag_keys": ["team"],
        },
    )
    found = ask(f"accounts/{member.pk}/")
    created_at = found.pop("created_at")
    assert created_at.endswith("Z")
    assert found == {
        "id": member.pk,
        "provider": "aws",
        "account_id": "000000000002",
        "name": "member",
        "role_arn": "arn:aws:iam::000000000002:role/cloudintel",
        "regions": ["eu-west-1"],
        "tag_keys": ["team"],
        "tenant": "",
        "client_id": "",
        "acts": True,
        "is_payer": False,
        "payer": "000000000001",
        "is_enabled": True,
    }
    for text in (csv_of("accounts/"), str(ask("accounts/"))):
        assert "a-shared-secret" not in text


def test_a_run() -> None:
    user = User.objects.create(username="ada")
    see_all(user)
    read = run(
        account(),
        Dataset.COST,
        NOW,
        start=date(2026, 11, 1),
        end=date(2026, 11, 20),
        trigger="api",
        started_by=user,
        error="late",
    )
    assert ask(f"runs/{read.pk}/") == {
        "id": read.pk,
        "account": "000000000001",
        "dataset": "cost",
        "status": "succeeded",
        "start": "2026-11-01",
        "end": "2026-11-20",
        "trigger": "api",
        "started_by": "ada",
        "started_at": "2026-11-20T12:00:00Z",
        "finished_at": "2026-11-20T12:00:12Z",
        "progress": "",
        "rows": 1234,
        "requests": 3,
        "requests_by_operation": {"ce:GetCostAndUsage": 3},
        "api_cost_usd": "0.03000",
        "seconds": 12.0,
        "error": "late",
    }


def store_runs() -> None:
    owner, other = account(501, "production"), account(502, "staging")
    run(owner, Dataset.INSTANCES, NOW)
    run(owner, Dataset.COST, NOW + timedelta(hours=1), status="failed")
    run(other, Dataset.CPU, NOW + timedelta(hours=2), status="partial")
    CloudAccount.objects.filter(pk=other.pk).update(is_enabled=False)


@pytest.mark.parametrize(
    ("parameters", "datasets"),
    [
        ({}, ["cpu", "cost", "instances"]),
        ({"account": "000000000501"}, ["cost", "instances"]),
        ({"dataset": "cpu,instances"}, ["cpu", "instances"]),
        ({"dataset": "cost"}, ["cost"]),
        ({"status": ["failed", "partial"]}, ["cpu", "cost"]),
        ({"status": "running"}, []),
    ],
)
def test_a_filter_of_runs(parameters: dict[str, str], datasets: list[str]) -> None:
    store_runs()
    found = ask("runs/", **parameters)["results"]
    assert [one["dataset"] for one in found] == datasets


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({}, ["production", "staging"]),
        ({"enabled": "true"}, ["production"]),
        ({"enabled": "false"}, ["staging"]),
        ({"search": "STAG"}, ["staging"]),
        ({"search": "0501"}, ["production"]),
    ],
)
def test_a_filter_of_accounts(parameters: dict[str, str], names: list[str]) -> None:
    store_runs()
    found = ask("accounts/", **parameters)["results"]
    assert [one["name"] for one in found] == names


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("runs/", "status", "broken"),
        ("runs/", "dataset", "s3"),
        ("runs/", "account", "000000000009"),
        ("runs/", "start", "2026-01-01"),
        ("accounts/", "search", "a\0"),
        ("accounts/", "name", "staging"),
        ("accounts/", "enabled", "perhaps"),
    ],
)
def test_what_it_does_not_know_is_refused_by_name(
    path: str, field: str, value: str
) -> None:
    assert list(refused(path, **{field: value})) == [field]


def test_runs_as_a_file() -> None:
    store_runs()
    rows = list(csv.DictReader(io.StringIO(csv_of("runs/", page_size=1))))
    assert [row["dataset"] for row in rows] == ["cpu", "cost", "instances"]
    assert rows[0]["requests_by_operation"] == '{"ce:GetCostAndUsage": 3}'
    assert rows[0]["api_cost_usd"] == "0.03000"


@pytest.mark.parametrize("path", ["accounts/", "runs/"])
def test_nothing_can_be_changed_or_deleted(path: str) -> None:
    store_runs()
    client, key = viewer(), ask(path)["results"][0]["id"]
    assert client.post(f"/api/v1/{path}", {}).status_code == 405
    for method in (client.put, client.patch, client.delete):
        assert method(f"/api/v1/{path}{key}/", {}).status_code == 405
    assert SyncRun.objects.count() == 3
