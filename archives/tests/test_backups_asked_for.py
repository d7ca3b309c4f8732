"""Users have a backup made or verified, by the page and the API, one at a time."""

from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from archives.models import Backup
from archives.tasks import back_up_when_due
from clouds.testing import account, see_only
from core.db.exclusive import AlreadyRunning
from core.testing.postgres import find_programs
from users.models import AuditEntry
from users.roles import Role
from users.testing import operator, person, viewer

# On SQLite in memory a copy waits for the test's own transaction.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]
AT = "/api/v1/monitoring/backups/"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    tasks: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_: tasks.append(name))
    return tasks


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Path:
    settings.BACKUP_PLACE, settings.STATE_DIR = str(tmp_path / "place"), tmp_path
    settings.BACKUP_DAILY = False
    settings.POSTGRES_PROGRAMS = str(find_programs())
    return tmp_path / "place"


def only(client: APIClient) -> Any:
    (row,) = client.get(AT).json()["results"]
    return row


def test_a_backup_is_made_and_verified_by_a_worker(
    place: Path, sent: list[str]
) -> None:
    client = operator()
    asked = client.post(AT)
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    assert client.post(AT).status_code == 409
    address = f"{AT}{asked.json()['id']}/"
    assert client.post(f"{address}verify/").status_code == 409
    assert sent == [back_up_when_due.name]
    back_up_when_due()
    made = client.get(address).json()
    assert (made["state"], made["by"], made["progress"]) == ("done", "operator", "")
    assert (place / made["name"]).exists()
    assert client.post(f"{address}verify/").json()["verification_asked_at"]
    assert client.post(f"{address}verify/").status_code == 409
    back_up_when_due()
    proven = client.get(address).json()
    assert (proven["verified"], proven["verification_asked_at"]) == (True, None)
    back_up_when_due()
    assert only(client)["verified_at"] == proven["verified_at"]
    actions = AuditEntry.objects.filter(action__startswith="backup.").order_by("pk")
    assert [(one.action, one.user_name) for one in actions] == [
        ("backup.make", "operator"),
        ("backup.verify", "operator"),
    ]


def test_one_that_fails_says_why_and_another_can_be_asked_for(
    place: Path, sent: list[str], settings: Any
) -> None:
    settings.BACKUP_PLACE = "gs://nowhere"
    client = operator()
    client.post(AT)
    back_up_when_due()
    row = only(client)
    assert row["state"] == "failed"
    assert "gs://nowhere is no place" in row["error"]
    assert client.post(AT).status_code == 202


def test_the_steps_of_a_backup_are_stored_while_it_is_made(
    place: Path, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []
    store = Backup.store

    def seen(self: Backup, **values: object) -> None:
        store(self, **values)
        if values.get("progress"):
            steps.append(Backup.objects.at_work().get().progress)

    monkeypatch.setattr(Backup, "store", seen)
    operator().post(AT)
    back_up_when_due()
    assert steps[0] == "copying the database"
    assert steps[1].startswith("writing ")


def test_none_is_queued_while_another_process_makes_one(
    place: Path, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(name: str) -> None:
        raise AlreadyRunning

    monkeypatch.setattr("archives.backup.queue.exclusive", taken)
    answer = operator().post(AT)
    assert answer.status_code == 409
    assert "is running" in answer.json()["detail"]
    assert sent == []


def test_a_queue_that_is_away_leaves_nothing_queued(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **options: Any) -> None:
        raise OSError("Connection refused")

    monkeypatch.setattr(current_app, "send_task", away)
    row = Backup.objects.create(state="done", made_at=timezone.now(), place="here")
    for address, instead in ((AT, "backup"), (f"{AT}{row.pk}/verify/", "verify_")):
        answer = operator().post(address)
        assert answer.status_code == 503
        assert f"manage.py {instead}" in answer.json()["detail"]
    assert list(Backup.objects.values_list("verification_asked_at")) == [(None,)]


def test_one_that_was_begun_before_the_queue_was_away_goes_on(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **options: Any) -> None:
        Backup.objects.update(state="running")
        raise OSError("Connection refused")

    monkeypatch.setattr(current_app, "send_task", away)
    assert operator().post(AT).status_code == 503
    assert Backup.objects.get().state == "running"


def test_who_may_not_or_sees_some_accounts_makes_none(
    place: Path, sent: list[str], client: Client
) -> None:
    row = Backup.objects.create(state="done", made_at=timezone.now(), place="here")
    addresses = [AT, f"{AT}{row.pk}/verify/"]
    assert {viewer().post(address).status_code for address in addresses} == {403}
    client.force_login(person(Role.VIEWER))
    pages = ["/backups/make/", f"/backups/{row.pk}/verify/"]
    assert {client.post(address).status_code for address in pages} == {403}
    assert "Back up now" not in client.get("/backups/").content.decode()
    asks = operator()
    see_only(User.objects.get(username="operator"), account())
    assert {asks.post(address).status_code for address in addresses} == {403}
    client.force_login(User.objects.get(username="operator"))
    assert "Back up now" not in client.get("/backups/").content.decode()
    assert sent == []


def test_the_page_has_it_made_and_shows_how_far_it_is(
    place: Path, sent: list[str], client: Client
) -> None:
    client.force_login(person(Role.OPERATOR))
    assert (
        "or <em>Back up now</em> makes one" in client.get("/backups/").content.decode()
    )
    asked = client.post("/backups/make/", follow=True).content.decode()
    assert "A backup was queued" in asked
    assert "queued: a worker begins within a minute" in asked
    again = client.post("/backups/make/", follow=True).content.decode()
    assert "is queued; wait until it has ended" in again
    back_up_when_due()
    row = Backup.objects.get()
    asked = client.post(f"/backups/{row.pk}/verify/", follow=True).content.decode()
    assert f"The verification of {row} is queued" in asked
    row.store(progress="filling one with 7 rows")
    assert (
        "running: filling one with 7 rows." in client.get("/backups/").content.decode()
    )
