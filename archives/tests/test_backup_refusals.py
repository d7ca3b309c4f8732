"""What can't be backed up or restored is one sentence, and nothing is changed."""

import fcntl
import hashlib
import json
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from archives.backup.encryption import CannotDecrypt, decrypt, encrypt
from archives.backup.manifest import names_in
from archives.backup.models import Backup
from archives.backup.recovery import chosen
from archives.tests.months import run
from core.testing.postgres import find_programs

# On SQLite in memory a copy waits for the test's own transaction.
on_postgresql = pytest.mark.only_on("postgresql")
KEY = "what nobody guesses, as it is long enough: 0123456789"


@pytest.fixture(scope="module")
def made(module_db: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with one backup, which each test copies."""
    place = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.POSTGRES_PROGRAMS", str(find_programs()))
        run("backup", "--to", place)
    return place


@pytest.fixture
def place(made: Path, tmp_path: Path, settings: Any) -> Path:
    settings.POSTGRES_PROGRAMS = str(find_programs())
    settings.STATE_DIR = tmp_path
    copied = tmp_path / "place"
    shutil.copytree(made, copied)
    return copied


def file_of(place: Path) -> Path:
    (found,) = (path for path in place.iterdir() if path.suffix != ".json")
    return found


def refusal(*arguments: object) -> str:
    with pytest.raises(CommandError) as refused:
        run(*arguments)  # type: ignore[arg-type]
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    return sentence


def change(place: Path, **values: object) -> None:
    path = file_of(place).with_name(f"{file_of(place).name}.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.django_db
@on_postgresql
class TestRestoreRefuses:
    def test_a_file_that_is_damaged(self, place: Path) -> None:
        path = file_of(place)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        said = refusal("restore", "--from", place, "--yes")
        assert "is not the file that was written: its SHA-256 differs" in said

    def test_a_file_that_is_cut_off_although_its_sum_is_right(
        self, place: Path
    ) -> None:
        path = file_of(place)
        half = path.read_bytes()[: path.stat().st_size // 2]
        path.write_bytes(half)
        change(place, sha256=hashlib.sha256(half).hexdigest())
        said = refusal("restore", "--from", place, "--yes")
        assert "pg_restore failed" in said

    def test_a_manifest_that_is_damaged(self, place: Path) -> None:
        file_of(place).with_name(f"{file_of(place).name}.json").write_text("{")
        said = refusal("restore", "--from", place, "--yes")
        assert "is damaged" in said
        assert "Choose another backup" in said

    def test_a_backup_of_a_newer_version(self, place: Path) -> None:
        change(place, migrations=["costs.0099_of_next_year"])
        said = refusal("restore", "--from", place, "--yes")
        assert "newer version of cloudintel, whose migration costs.0099_of" in said

    def test_a_manifest_of_a_newer_format(self, place: Path) -> None:
        change(place, format=2)
        said = refusal("restore", "--from", place, "--yes")
        assert "was written by a newer version of cloudintel. Install that" in said

    def test_a_backup_of_another_kind_of_database(self, place: Path) -> None:
        change(place, vendor="sqlite")
        said = refusal("restore", "--from", place, "--yes")
        assert "it is of sqlite, and DATABASE_URL names postgresql" in said

    def test_while_it_is_running_on_this_machine(
        self, place: Path, settings: Any
    ) -> None:
        with (settings.STATE_DIR / "up.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.write("http://127.0.0.1:8000 (process 1)")
            lock.flush()
            said = refusal("restore", "--from", place, "--yes")
        assert said.startswith("cloudintel is running at http://127.0.0.1:8000")

    def test_a_place_without_backups_and_a_name_that_is_not_there(
        self, place: Path, tmp_path: Path
    ) -> None:
        said = refusal("restore", "--from", tmp_path / "nothing", "--yes")
        assert "set BACKUP_PLACE, or give --from" in said
        said = refusal("restore", "other", "--from", place, "--yes")
        assert "There is no backup other in" in said

    def test_nothing_where_it_lists_what_can_t_be_read(self, place: Path) -> None:
        change(place, held="", key_id="0123456789ab")
        said = run("restore", "--list", "--from", place)
        assert said.startswith(f"{file_of(place).name}: ")
        assert "is encrypted: set BACKUP_KEY to its key 0123456789ab." in said
        said = run("restore", "--list", "--from", place / "nothing")
        assert said == f"There is no backup in {place / 'nothing'}.\n"

    def test_files_that_are_no_backups(self, place: Path) -> None:
        """Such as those of others who write there, or a copy in a folder."""
        own = file_of(place)
        (place / "older").mkdir()
        for name in ("package", f"older/{own.name}"):
            shutil.copy(own, place / name)
            shutil.copy(own.with_name(f"{own.name}.json"), place / f"{name}.json")
        assert names_in(str(place)) == [own.name]
        own.unlink()
        assert "There is no backup in" in refusal("restore", "--from", place, "--yes")

    def test_to_guess_between_installations(self, place: Path) -> None:
        """Without its SECRET_KEY it can't know which of them it was."""
        own = file_of(place)
        for other in ("aaaaaaaa", "bbbbbbbb"):
            for suffix in ("", ".json"):
                source = own.with_name(own.name + suffix)
                parts = source.name.split("-")
                parts[2] = other + parts[2][8:]
                shutil.copy(source, source.with_name("-".join(parts)))
        assert chosen(str(place)).name == own.name
        own.unlink()
        said = refusal("restore", "--from", place, "--yes")
        assert "holds backups of 2 installations, and none of this one" in said


@pytest.mark.django_db
@on_postgresql
class TestBackupRefuses:
    def test_a_full_disk(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        before = sorted(place.iterdir())
        monkeypatch.setattr("clouds.places.os.fsync", full)
        said = refusal("backup", "--to", place)
        assert said.startswith("No backup was made. ")
        assert "No space left on device" in said
        assert sorted(place.iterdir()) == before
        row = Backup.objects.get(state="failed")
        assert row.error == said

    def test_a_temporary_directory_that_is_full(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full() -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("clouds.storage.TemporaryFile", full)
        assert "No space left on device" in refusal("backup", "--to", place)

    def test_a_server_without_its_programs(self, place: Path, settings: Any) -> None:
        settings.POSTGRES_PROGRAMS = str(place)
        said = refusal("backup", "--to", place)
        assert "pg_dump of PostgreSQL" in said
        assert "the package postgresql-client-" in said

    def test_programs_of_another_version(self, place: Path, settings: Any) -> None:
        (place / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'")
        (place / "pg_dump").chmod(0o755)
        settings.POSTGRES_PROGRAMS = str(place)
        assert f"({place / 'pg_dump'} is of 9)" in refusal("backup", "--to", place)

    def test_what_is_no_place(self, place: Path) -> None:
        assert "gs://b is no place for files" in refusal("backup", "--to", "gs://b")


def sealed(plain: bytes) -> bytes:
    file = BytesIO()
    encrypt(BytesIO(plain), file, KEY)
    return file.getvalue()


@pytest.mark.parametrize("size", [0, 1, 2**20, 2**20 + 1, 3 * 2**20])
def test_what_is_encrypted_is_decrypted(size: int) -> None:
    plain = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    file = BytesIO()
    decrypt(BytesIO(sealed(plain)), file, KEY)
    assert file.getvalue() == plain
    assert sealed(plain) != sealed(plain)


def test_what_was_changed_moved_or_cut_off_is_not_decrypted() -> None:
    whole = sealed(bytes(3 * 2**20))
    start, size = len(whole) - 3 * (2**20 + 16), 2**20 + 16
    chunks = [whole[start + at * size : start + (at + 1) * size] for at in range(3)]
    changed = bytearray(whole)
    changed[-1] ^= 1
    for other in (
        bytes(changed),
        whole[:-size],
        whole[: -size // 2],
        whole[:start] + chunks[1] + chunks[0] + chunks[2],
        whole[: start + size] + b"",
        b"something else",
    ):
        with pytest.raises(CannotDecrypt):
            decrypt(BytesIO(other), BytesIO(), KEY)
    with pytest.raises(CannotDecrypt, match="BACKUP_KEY is not the key"):
        decrypt(BytesIO(whole), BytesIO(), KEY[::-1])
