"""A database is destroyed, and comes back from its backup as it was."""

from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from archives.backup import postgres_dumps
from archives.backup.backups import back_up
from archives.backup.contents import (
    Contents,
    Reconciliation,
    contents_of,
    money_columns,
    reconciliation_of,
)
from archives.backup.copies import connected
from archives.backup.databases import engine_of
from archives.backup.models import Backup
from archives.tests.months import SPAN, contents, run, store_old_months, sums
from clouds.models import CloudAccount
from clouds.storage import PlaceFailed
from clouds.testing import account
from core.testing.clock import NOW
from core.testing.disposable_database import disposable_database
from core.testing.postgres import find_programs
from core.windows import ONE_DAY
from costs.models import DailyCost
from costs.testing import charge
from users.models import AuditEntry

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.on_each_database,
]


@pytest.fixture(autouse=True)
def own_database(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.STATE_DIR = tmp_path
    if connection.vendor == "postgresql":
        settings.POSTGRES_PROGRAMS = str(find_programs())
    with disposable_database(tmp_path):
        yield


def destroy() -> None:
    """What the worst command there is does."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        connection.close()
        for path in Path(name).parent.glob(f"{Path(name).name}*"):
            path.unlink()
        return
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}"')


def state() -> tuple[Contents, Reconciliation, object, object]:
    held = contents_of(connection, money_columns())
    # What backups themselves write.
    beside = {"archives_backup", "users_auditentry", "clouds_sharedversion"}
    data = {name: one for name, one in held.items() if name not in beside}
    return data, reconciliation_of(connection), contents(), sums()


def stored() -> CloudAccount:
    owner = account()
    store_old_months(owner)
    return owner


def place() -> Path:
    return settings.STATE_DIR / "backups"


def backed_up() -> str:
    """Make a backup there, and return what the command says."""
    return run("backup", "--to", place())


def backed_up_at(moment: datetime) -> Backup:
    return back_up(str(place()), moment, "ada", lambda sentence: None)


def test_a_destroyed_database_comes_back_with_rows_sums_and_reconciliation() -> None:
    stored()
    before = state()
    said = backed_up()
    assert "rows in" in said
    assert str(place()) in said
    destroy()
    said = run("restore", "--from", place(), "--yes")
    assert "Restored; rows, sums and reconciliation are those" in said
    assert state() == before
    assert before[1].bills == 4
    row = Backup.objects.get()
    assert (row.state, row.by != "", row.error) == ("done", True, "")
    assert row.seconds is None
    assert AuditEntry.objects.filter(action="backup.restore").count() == 1


def test_a_restored_database_knows_no_backups_of_other_installations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It would prove them, and take the newest for its own."""
    first, second = (backed_up_at(NOW + ONE_DAY * days) for days in range(2))
    with monkeypatch.context() as other:
        other.setattr(settings, "SECRET_KEY", "of another installation")
        backed_up_at(NOW)
    run("restore", second.name, "--from", place(), "--yes")
    kept = Backup.objects.order_by("pk")
    assert [row.name for row in kept] == [first.name, second.name]
    assert [row.seconds for row in kept] == [first.seconds, None]


def test_the_present_database_is_kept_beside_the_restored_one() -> None:
    owner = stored()
    before = state()
    backed_up()
    charge(owner, SPAN.start, "3", service="since")
    since = state()
    said = run("restore", "--from", place(), "--yes")
    assert state() == before
    kept = said.partition("is kept as ")[2].partition(":")[0]
    connection.close()
    connection.settings_dict["NAME"] = kept
    assert state() == since


def test_it_says_where_the_present_one_is_kept_also_if_it_fails_after_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(_: str) -> None:
        raise PlaceFailed("The place is away.")

    backed_up()
    monkeypatch.setattr("archives.backup.recovery.found_in", away)
    out = StringIO()
    with pytest.raises(CommandError, match=r"The place is away\."):
        call_command("restore", "--from", str(place()), "--yes", stdout=out)
    assert "The database as it was is kept as" in out.getvalue()


def test_nothing_is_replaced_without_yes() -> None:
    owner = stored()
    backed_up()
    charge(owner, SPAN.start, "3", service="since")
    since = state()
    with pytest.raises(CommandError, match="Nothing was done: --yes puts it in"):
        run("restore", "--from", place())
    assert state() == since


def test_an_encrypted_backup_needs_its_key(settings: Any) -> None:
    stored()
    before = state()
    settings.BACKUP_KEY = "a key that nobody guesses, as it is long enough: 0123456"
    assert "encrypted with the key" in backed_up()
    for path in place().iterdir():
        # Three letters would be there by chance.
        assert b"costs_dailycost" not in path.read_bytes()
    own, settings.BACKUP_KEY = settings.BACKUP_KEY, "another" * 10
    with pytest.raises(CommandError, match=r"encrypted with the key \w{12}, and BACKU"):
        run("restore", "--from", place(), "--yes")
    settings.BACKUP_KEY = ""
    with pytest.raises(CommandError, match="is encrypted: set BACKUP_KEY to its key"):
        run("restore", "--from", place(), "--yes")
    assert state() == before
    settings.BACKUP_KEY = own
    destroy()
    run("restore", "--from", place(), "--yes")
    assert state() == before


@pytest.mark.only_on("postgresql")
def test_nothing_is_replaced_while_others_are_connected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They would go on with the database that is put aside; who leaves is awaited."""
    stored()
    before = state()
    backed_up()
    with connected(connection.settings_dict) as other:
        other.ensure_connection()
        beside = databases()
        with monkeypatch.context() as impatient:
            impatient.setattr(postgres_dumps, "CLOSING_SECONDS", 0)
            with pytest.raises(CommandError, match="is in use by 1 connection. Stop"):
                run("restore", "--from", place(), "--yes")
        assert (state(), databases()) == (before, beside)
        leaving = iter([other.close])
        monkeypatch.setattr(
            postgres_dumps, "sleep", lambda _: next(leaving, lambda: None)()
        )
        run("restore", "--from", place(), "--yes")
    assert state() == before


def test_verification_restores_beside_and_leaves_nothing_behind() -> None:
    stored()
    backed_up()
    before = state(), databases()
    assert "rows, sums and reconciliation are those" in run("verify_backup")
    assert (state(), databases()) == before
    row = Backup.objects.get()
    assert row.is_verified
    assert row.verification_seconds


def test_verification_notices_another_backup_of_the_same_name() -> None:
    """Such as of a copy of this installation, which has its SECRET_KEY."""
    backed_up()
    Backup.objects.update(sha256="0" * 64)
    with pytest.raises(CommandError, match="is another backup of the same name"):
        run("verify_backup")
    assert not Backup.objects.get().is_verified


def test_what_a_killed_one_left_is_removed_and_nothing_of_a_similar_name() -> None:
    backed_up()
    left = engine_of(connection).fresh_name(connection.settings_dict, "verify")
    other = f"{left[:-8]}of_2024"
    for name in (left, other):
        make(name)
    before = databases()
    run("verify_backup")
    assert databases() == [name for name in before if name != Path(left).name]


def make(name: str) -> None:
    """Make a database beside the present one."""
    if connection.vendor == "sqlite":
        Path(name).touch()
        return
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')


def test_verification_notices_what_was_not_backed_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Such as a dump that leaves out rows: one more is counted than is in the file."""
    owner = stored()
    original = contents_of

    def counted(database: Any, wanted: Any) -> Any:
        held = original(database, wanted)
        one = held["costs_dailycost"]
        held["costs_dailycost"] = type(one)(one.rows + 1, one.sums)
        return held

    for engine in ("postgres_dumps", "sqlite_copies"):
        monkeypatch.setattr(f"archives.backup.{engine}.contents_of", counted)
    backed_up()
    before = databases()
    with pytest.raises(CommandError, match=r"dailycost has 8 rows instead of 9"):
        run("verify_backup")
    assert databases() == before
    assert "8 rows instead of 9" in Backup.objects.get().verification_error
    with pytest.raises(CommandError, match=r"8 rows instead of 9"):
        run("restore", "--from", place(), "--yes")
    assert DailyCost.objects.filter(account=owner).count() == 8


def databases() -> list[str]:
    """Return this one and what is made of it; others test on the same server."""
    if connection.vendor == "sqlite":
        return sorted(path.name for path in settings.STATE_DIR.iterdir())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database "
            "WHERE starts_with(datname, current_database()) ORDER BY datname"
        )
        return [name for (name,) in cursor.fetchall()]
