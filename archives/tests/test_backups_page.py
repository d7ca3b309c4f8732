"""The page of backups and its endpoint: what is kept, how old it is, who sees it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from archives.backup.views import BackupsView
from archives.models import Backup
from clouds.testing import account, see_only
from core.installation_id import installation_id
from live.watch import topic_versions
from users.roles import Role
from users.testing import csv_of, person

pytestmark = pytest.mark.django_db
NAME = f"cloudintel-20260620T010500Z-{installation_id()}.dump"


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person(Role.VIEWER))
    return client


def store() -> None:
    now = timezone.now()
    Backup.objects.create(
        name=NAME,
        place="s3://company/backups",
        state="done",
        made_at=now - timedelta(hours=3),
        finished_at=now - timedelta(hours=3) + timedelta(seconds=4),
        rows=239_700,
        size_bytes=9_105_991,
        key_id="0123456789ab",
        verified_at=now - timedelta(hours=2),
        verification_seconds=2.4,
    )
    Backup.objects.create(
        place="s3://company/backups",
        state="failed",
        made_at=now - timedelta(days=1),
        attempts=3,
        error="No backup was made. s3://company/backups can't be reached.",
    )


def test_the_page_tells_age_proof_and_what_failed(viewer: Client) -> None:
    store()
    text = " ".join(viewer.get("/backups/").content.decode().split())
    for part in (
        *("3 h ago", "239,700 rows, 8.7 MiB, made in 4.0 s", "2 h ago", NAME),
        *("with the key 0123456789ab", "Daily", "can&#x27;t be reached."),
        *("Tried 3 times.", "01:00 UTC"),
    ):
        assert part in text
    assert "no backup yet" not in text
    assert text.index("made in 4.0 s") < text.index("Tried 3 times.")


def test_each_step_of_a_backup_is_another_version_of_the_page() -> None:
    user, row = person(Role.VIEWER), Backup(made_at=timezone.now(), place="here")
    versions = []
    for values in ({"state": "running"}, {"progress": "copying"}, {"state": "done"}):
        row.store(**values)
        versions.append(topic_versions(user, BackupsView.live_topics)["backups"])
    assert len(set(versions)) == 3
    row.refresh_from_db()
    assert (row.state, row.progress) == ("done", "copying")


def test_without_backups_it_says_how_one_is_made(viewer: Client) -> None:
    text = viewer.get("/backups/").content.decode()
    assert "There is no backup yet." in text
    assert "manage.py backup" in text


def test_it_warns_where_backups_lie_beside_the_database(
    viewer: Client, settings: Any
) -> None:
    warning = "are lost with its disk"
    assert warning in viewer.get("/backups/").content.decode()
    for elsewhere in ("s3://company/backups", f"{settings.STATE_DIR}-of-another"):
        settings.BACKUP_PLACE = elsewhere
        assert warning not in viewer.get("/backups/").content.decode()


def test_the_endpoint_lists_and_filters(viewer: Client) -> None:
    store()
    answer = viewer.get("/api/v1/monitoring/backups/").json()
    assert [row["state"] for row in answer["results"]] == ["done", "failed"]
    done = answer["results"][0]
    assert (done["verified"], done["encrypted"], done["seconds"]) == (True, True, 4.0)
    for query, number in (
        *(("state=failed", 1), ("verified=true", 1), ("verified=false", 1)),
        ("made_after=2100-01-01T00:00:00Z", 0),
    ):
        found = viewer.get(f"/api/v1/monitoring/backups/?{query}").json()
        assert found["count"] == number, query
    refused = viewer.get("/api/v1/monitoring/backups/?nonsense=1")
    assert refused.status_code == 400
    assert NAME in csv_of("monitoring/backups/")


def test_they_are_closed_to_who_sees_only_some_accounts(viewer: Client) -> None:
    store()
    see_only(User.objects.get(), account())
    assert viewer.get("/backups/").status_code == 403
    assert viewer.get("/api/v1/monitoring/backups/").status_code == 403
