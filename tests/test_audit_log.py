"""The trail of who did what: one entry for each thing done, through every door."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from clouds.models import AccountAccess, CloudAccount
from core.testing.clock import NOW
from core.windows import last_complete_days
from syncs.models import Backfill
from syncs.testing import proposed, read_account
from users.models import AuditEntry
from users.testing import person, session_of, text_of, viewer

pytestmark = pytest.mark.django_db
SECRET = "sesame-open-it"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: None)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(person("operator"))
    return client


def entries() -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.order_by("pk")
    return list(rows.values_list("user_name", "action", "object_label"))


def test_a_sync_from_the_page_and_from_the_api_is_kept(operator: Client) -> None:
    owner = read_account()
    asked = {"account": owner.account_id, "dataset": "cost", "confirmed": "yes"}
    operator.post("/syncs/start/", asked)
    api = session_of(person("operator"))
    answer = api.post("/api/v1/sync/ec2/", {"account": owner.account_id})
    assert answer.status_code == 202, answer.content
    assert [(name, action) for name, action, _ in entries()] == [
        ("operator", "sync.start"),
        ("operator", "sync.start"),
    ]
    first, second = entries()
    assert first[2].startswith("cost of production (000000000001)")
    assert second[2].startswith("instances of production (000000000001)")


def test_what_was_not_started_is_not_kept(operator: Client) -> None:
    operator.post("/syncs/start/", {"account": "nobody's", "dataset": "cost"})
    viewer().post("/api/v1/sync/ec2/")
    assert entries() == []


def test_a_sync_from_the_admin_is_kept(admin_client: Client) -> None:
    owner = read_account()
    asked = {"action": "sync_cost", "_selected_action": [owner.pk]}
    admin_client.post(reverse("admin:clouds_cloudaccount_changelist"), asked)
    assert [one[:2] for one in entries()] == [("admin", "sync.start")]


def test_a_sync_by_command_is_kept_with_the_name_on_the_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "cron")
    owner = CloudAccount.objects.create(
        provider="demo", account_id="000000000011", name="demo"
    )
    call_command("sync_ec2", stdout=StringIO())
    entry = AuditEntry.objects.get()
    assert (entry.user_name, entry.action) == ("cron (command)", "sync.start")
    assert entry.details == {"runs": [f"instances of {owner}"]}


def test_the_life_of_a_backfill_is_kept_from_the_pages(operator: Client) -> None:
    owner, days = read_account(), last_complete_days(40, NOW)
    asked = {"account": owner.pk, "dataset": "cost"}
    asked |= {"start": days.start.isoformat(), "end": days.end.isoformat()}
    operator.post("/syncs/backfills/propose/", asked)
    key = Backfill.objects.get().pk
    for move in ("start", "pause", "pause", "cancel"):
        operator.post(f"/syncs/backfills/{key}/{move}/")
    # The second pause was refused.
    assert [action for _, action, _ in entries()] == [
        "backfill.propose",
        "backfill.start",
        "backfill.pause",
        "backfill.cancel",
    ]


def test_the_life_of_a_backfill_is_kept_from_the_api() -> None:
    owner, api = read_account(), session_of(person("operator"))
    start = (NOW - timedelta(days=40)).date().isoformat()
    asked = {"account": owner.account_id, "dataset": "cost", "start": start}
    key = api.post("/api/v1/backfills/", asked).json()["id"]
    for move in ("start", "pause", "start", "cancel"):
        api.post(f"/api/v1/backfills/{key}/{move}/")
    assert [action for _, action, _ in entries()] == [
        "backfill.propose",
        "backfill.start",
        "backfill.pause",
        "backfill.start",
        "backfill.cancel",
    ]


def test_a_backfill_of_the_admin_and_of_a_command_is_kept(admin_client: Client) -> None:
    backfill = proposed()
    asked = {"action": "start_selected", "_selected_action": [backfill.pk]}
    admin_client.post(reverse("admin:syncs_backfill_changelist"), asked)
    call_command("backfill", "--pause", str(backfill.pk), stdout=StringIO())
    call_command("backfill", "--resume", str(backfill.pk), stdout=StringIO())
    assert [action for _, action, _ in entries()] == [
        "backfill.start",
        "backfill.pause",
        "backfill.start",
    ]


def form(owner: CloudAccount, **changed: str) -> dict[str, str]:
    filled = {"name": owner.name, "is_enabled": "on", "role_arn": ""}
    return filled | {"external_id": "", "regions": "[]", "payer": ""} | changed


def test_a_changed_account_is_kept_before_and_after_and_its_secret_hidden(
    admin_client: Client,
) -> None:
    owner = CloudAccount.objects.create(
        account_id="000000000001", name="shop", settings={"external_id": "old-secret"}
    )
    url = reverse("admin:clouds_cloudaccount_change", args=[owner.pk])
    admin_client.post(url, form(owner, name="store", external_id=SECRET))
    entry = AuditEntry.objects.get()
    assert entry.action == "cloudaccount.change"
    assert entry.details == {
        "name": ["shop", "store"],
        "external_id": ["(hidden)", "(hidden)"],
    }
    # One that is left empty stays as it was, and is no change.
    admin_client.post(url, form(owner, name="store", is_payer="true"))
    assert AuditEntry.objects.first().details == {"is_payer": [None, True]}  # type: ignore[union-attr]
    owner.refresh_from_db()
    assert owner.settings == {"external_id": SECRET}
    everywhere = str(list(AuditEntry.objects.values()))
    assert SECRET not in everywhere
    assert "old-secret" not in everywhere


def test_an_account_that_is_added_and_deleted_is_kept(admin_client: Client) -> None:
    new = {"name": "shop", "account_id": "000000000001", "provider": "aws"}
    new |= {"external_id": SECRET, "regions": "[]", "is_enabled": "on"}
    admin_client.post(reverse("admin:clouds_cloudaccount_add"), new)
    owner = CloudAccount.objects.get()
    url = reverse("admin:clouds_cloudaccount_delete", args=[owner.pk])
    admin_client.post(url, {"post": "yes"})
    assert [one[1:] for one in entries()] == [
        ("cloudaccount.add", "shop (000000000001)"),
        ("cloudaccount.delete", "shop (000000000001)"),
    ]
    added = AuditEntry.objects.get(action="cloudaccount.add").details
    assert added["account_id"] == [None, "000000000001"]
    assert added["external_id"] == ["", "(hidden)"]


def test_a_user_that_is_added_is_kept_without_the_password(
    admin_client: Client,
) -> None:
    secret = "three quiet otters"
    new = {"username": "grace", "password1": secret, "password2": secret}
    new |= {"usable_password": "true"}
    new |= {f"account_access-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    answer = admin_client.post(reverse("admin:auth_user_add"), new)
    assert answer.status_code == 302, answer.content.decode()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_label) == ("user.add", "grace")
    assert entry.details["username"] == [None, "grace"]
    assert secret not in str(entry.details)


def user_form(user: User, **changed: Any) -> dict[str, Any]:
    inline = "account_access"
    filled = {"username": user.username, "is_active": "on", f"{inline}-TOTAL_FORMS": 1}
    filled |= {f"{inline}-INITIAL_FORMS": 0, "date_joined_0": "2026-11-20"}
    return filled | {"date_joined_1": "12:00:00"} | changed


def test_a_users_role_and_limit_are_kept_when_they_change(admin_client: Client) -> None:
    owner, ada = read_account(), User.objects.create_user("ada", date_joined=NOW)
    url = reverse("admin:auth_user_change", args=[ada.pk])
    role = Group.objects.get(name="operator")
    limit = {"account_access-0-accounts": [owner.pk]}
    answer = admin_client.post(url, user_form(ada, groups=[role.pk], **limit))
    assert answer.status_code == 302, answer.content.decode()
    assert list(AccountAccess.objects.get().accounts.all()) == [owner]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_label) == ("user.change", "ada")
    assert entry.details["groups"] == [[], ["operator"]]
    assert entry.details["accounts"] == [[], [str(owner)]]


def test_a_password_that_an_administrator_sets_is_recorded_but_not_shown(
    admin_client: Client,
) -> None:
    ada = User.objects.create_user("ada")
    url = reverse("admin:auth_user_password_change", args=[ada.pk])
    new = "three quiet otters"
    asked = {"password1": new, "password2": new, "usable_password": "true"}
    admin_client.post(url, asked)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_label) == ("user.change", "ada")
    assert new not in str(entry.details)


def test_only_an_administrator_reads_the_trail_and_nobody_writes_it(
    operator: Client,
) -> None:
    AuditEntry.objects.create(at=NOW, action="sync.start", user_name="ada")
    assert session_of(person("operator")).get("/api/v1/audit/").status_code == 403
    admin = session_of(person("administrator"))
    rows = admin.get("/api/v1/audit/", {"user": "ada"}).json()["results"]
    assert [(row["action"], row["user"]) for row in rows] == [("sync.start", "ada")]
    key = rows[0]["id"]
    for ask in (admin.post, admin.put, admin.patch, admin.delete):
        for address in ("/api/v1/audit/", f"/api/v1/audit/{key}/"):
            assert ask(address, {}).status_code == 405


def test_the_admin_lists_it_filters_it_and_gives_it_as_a_file(
    admin_client: Client,
) -> None:
    for name in ("ada", "bob"):
        AuditEntry.objects.create(
            at=NOW, action="cloudaccount.change", user_name=name, details={"a": [1, 2]}
        )
    url = reverse("admin:users_auditentry_changelist")
    page = admin_client.get(url, {"user_name__icontains": "ada"}).content.decode()
    assert "a = 1 → 2" in page
    assert "bob" not in page
    assert "Download as CSV" in page
    keys = list(AuditEntry.objects.values_list("pk", flat=True))
    asked = {"action": "save_as_csv", "_selected_action": keys}
    answer: Any = admin_client.post(url, asked)
    text = text_of(answer)
    assert text.splitlines()[0].startswith("at,user_name,action,")
    assert len(text.splitlines()) == 3
    for page in ("add/", f"{keys[0]}/delete/"):
        assert admin_client.post(f"{url}{page}", {"post": "yes"}).status_code == 403
    assert AuditEntry.objects.count() == 2


def test_it_outlives_the_user() -> None:
    ada = User.objects.create_user("ada")
    AuditEntry.objects.create(at=NOW, action="sign_in", user=ada, user_name="ada")
    ada.delete()
    assert entries() == [("ada", "sign_in", "")]


def test_only_a_superuser_makes_superusers() -> None:
    boss = User.objects.create_superuser("boss")
    deputy = person("administrator")
    client = Client()
    client.force_login(deputy)
    own = reverse("admin:auth_user_change", args=[deputy.pk])
    client.post(own, user_form(deputy, is_staff="on", is_superuser="on"))
    deputy.refresh_from_db()
    assert not deputy.is_superuser
    for page in ("change", "password_change", "delete"):
        url = reverse(f"admin:auth_user_{page}", args=[boss.pk])
        assert client.post(url, {"post": "yes"}).status_code == 403
    assert User.objects.filter(username="boss").exists()
