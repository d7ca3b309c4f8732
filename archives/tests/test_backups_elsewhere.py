"""Backups lie in S3 or Azure as in a directory: made, proven, listed and deleted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archives.backup import schedule
from archives.backup.manifest import found_in
from archives.backup.models import Backup
from archives.tests.months import run
from clouds.storage import list_files
from core.testing.postgres import find_programs

# On SQLite in memory a copy waits for the test's own transaction.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]


@pytest.mark.parametrize("kind", ["s3", "azure"])
def test_a_backup_elsewhere_is_proven_listed_and_deleted(
    place_of: Callable[[str], str], kind: str, settings: Any
) -> None:
    settings.POSTGRES_PROGRAMS = str(find_programs())
    settings.BACKUP_KEY = "what nobody guesses, as it is long enough: 0123456789"
    place = place_of(kind)
    assert f"in {place}, encrypted" in run("backup", "--to", f"{place}/")
    row = Backup.objects.get()
    assert "sums and reconciliation" in run("verify_backup")
    assert [one.name for one in found_in(place)] == [row.name]
    assert row.name in run("restore", "--list", "--from", place)
    now = datetime.now(UTC)
    for days in range(30):
        at = now + timedelta(days=days, minutes=1)
        name = f"cloudintel-{at:%Y%m%dT%H%M%SZ}{row.name[27:]}"
        Backup.objects.create(name=name, place=place, state="done", made_at=at)
    Backup.objects.update(verified_at=None)
    assert row.name in schedule.expire(now)
    assert list_files(place) == []
