"""The admin's "Sync now": what it starts, what it says, and who may."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from clouds.models import CloudAccount
from syncs.models import SyncRun
from syncs.testing import OF_AWS
from syncs.tests.test_admin import (
    ACCOUNTS,
    change_url,
    make_account,
    make_run,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tasks that were sent; none reaches a queue."""
    names: list[str] = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task",
        lambda app, name, args, **_: names.append(name),
    )
    return names


def run_action(client: Client, action: str, *accounts: CloudAccount) -> str:
    data = {"action": action, "_selected_action": [a.pk for a in accounts]}
    return client.post(ACCOUNTS, data, follow=True).content.decode()


def test_sync_now_starts_the_selected_accounts_and_names_them(
    admin_client: Client, sent: list[str]
) -> None:
    accounts = [make_account(1), make_account(2)]
    page = run_action(admin_client, "sync_ec2", *accounts)
    assert "Started: Instances of account-1 (000000000001); Instances" in page
    assert sent == ["inventory.tasks.sync_ec2"] * 2
    run = SyncRun.objects.latest()
    assert (run.status, run.trigger) == ("queued", "admin")
    assert run.started_by and run.started_by.username == "admin"


def test_sync_now_starts_every_dataset_an_account_has(
    admin_client: Client, sent: list[str]
) -> None:
    payer = make_account(1, is_payer=True)
    member = make_account(2, payer=payer)
    run_action(admin_client, "sync_all", payer, member)
    assert set(SyncRun.objects.values_list("account__name", "dataset")) == {
        *(("account-1", one) for one in OF_AWS),
        *(("account-2", one) for one in OF_AWS if one != "cost"),
    }
    page = run_action(admin_client, "sync_cost", member)
    assert f"Not started: The costs of {member} are on the bill of {payer}" in page


def test_sync_now_says_what_is_at_work_already_and_what_is_disabled(
    admin_client: Client, sent: list[str]
) -> None:
    busy, off = make_account(1), make_account(2, is_enabled=False)
    make_run(busy, status=SyncRun.Status.RUNNING, heartbeat_at=datetime.now(UTC))
    page = run_action(admin_client, "sync_cost", busy, off)
    assert "Already running: Cost of account-1 (000000000001)" in page
    assert "Not started: account-2 (000000000002) is disabled. Enable it" in page
    assert sent == []


def test_sync_now_says_when_the_queue_is_away(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise ConnectionRefusedError("connection refused")

    monkeypatch.setattr("celery.app.base.Celery.send_task", refuse)
    page = run_action(admin_client, "sync_ec2", make_account(1))
    assert "The queue can&#x27;t be reached" in page


def test_an_accounts_own_page_starts_a_sync_only_when_confirmed(
    admin_client: Client, sent: list[str]
) -> None:
    account = make_account(1)
    url = reverse("admin:clouds_cloudaccount_sync_now", args=[account.pk])
    assert "Everything" in admin_client.get(url).content.decode()
    assert not SyncRun.objects.exists(), "a link that is followed starts nothing"
    answer = admin_client.post(url, {"_form_submitted": "1", "dataset": "cost"})
    assert answer.headers["HX-Redirect"] == change_url(account)
    assert sent == ["costs.tasks.sync_cost"]


def test_sync_now_needs_its_permission(sent: list[str]) -> None:
    account = make_account(1)
    client = signed_in("clouds.view_cloudaccount", "clouds.change_cloudaccount")
    assert "Sync now" not in client.get(change_url(account)).content.decode()
    assert "sync_all" not in client.get(ACCOUNTS).content.decode()
    run_action(client, "sync_all", account)
    url = reverse("admin:clouds_cloudaccount_sync_now", args=[account.pk])
    assert client.post(url, {"_form_submitted": "1"}).status_code == 403
    assert not SyncRun.objects.exists()


def test_who_may_start_syncs_and_look_can_start_them_here(sent: list[str]) -> None:
    client = signed_in("clouds.view_cloudaccount", "syncs.start_sync")
    account = make_account(1)
    assert "Started" in run_action(client, "sync_cpu", account)
    assert "Sync now" in client.get(change_url(account)).content.decode()
