"""Sync now asks first where it will cost money."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client

from clouds.models import CloudAccount
from syncs.datasets import Dataset
from syncs.models import SyncRun
from users.testing import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)


@pytest.fixture
def operator(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Starts runs for which no worker is at hand."""
    monkeypatch.setattr("celery.app.base.Celery.send_task", lambda *_, **__: None)
    client.force_login(person("operator"))
    return client


def account(number: int, *, cost: str) -> CloudAccount:
    """An account whose newest sync of costs was charged so much."""
    made = CloudAccount.objects.create(account_id=f"{number:012}", name=f"a{number}")
    for dataset, usd in ((Dataset.INSTANCES, "0"), (Dataset.COST, cost)):
        SyncRun.objects.create(
            account=made,
            dataset=dataset,
            status="succeeded",
            started_at=NOW,
            heartbeat_at=NOW,
            finished_at=NOW,
            api_cost_usd=Decimal(usd),
        )
    return made


def test_what_costs_money_is_started_only_when_it_is_confirmed(
    operator: Client,
) -> None:
    account(1, cost="0.03")
    account(2, cost="0.04")
    asked = {"dataset": "cost", "next": "/syncs/?dataset=cost"}
    text = operator.post("/syncs/start/", asked).content.decode()
    assert "Estimated API cost: $0.0700" in text
    assert not SyncRun.objects.active().exists()
    answer = operator.post("/syncs/start/", {**asked, "confirmed": "yes"})
    assert answer["Location"] == "/syncs/?dataset=cost"
    assert SyncRun.objects.active().count() == 2


def test_the_question_keeps_what_was_asked_for(operator: Client) -> None:
    account(1, cost="0.03")
    text = operator.post("/syncs/start/", {"account": f"{1:012}"}).content.decode()
    assert f'name="account" value="{1:012}"' in text
    assert 'name="dataset" value=""' in text


@pytest.mark.parametrize("asked", [{"dataset": "instances"}, {"account": f"{2:012}"}])
def test_what_is_free_starts_at_once(operator: Client, asked: dict[str, str]) -> None:
    account(1, cost="0.03")
    account(2, cost="0")
    assert operator.post("/syncs/start/", asked)["Location"] == "/syncs/"
    assert SyncRun.objects.active().exists()
