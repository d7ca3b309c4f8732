"""A bad delete is undone: the database comes back as it was a moment before, from a
base backup and the archived log, by the scripts that we ship."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from archives.backup.contents import contents_of, money_columns, reconciliation_of
from archives.backup.databases import ENGINES
from archives.tests.months import SPAN, contents, store_old_months, sums
from clouds.testing import account
from core.testing.disposable_database import as_default
from core.testing.postgres import OPTIONS, find_programs, running, server_user
from core.testing.waiting import wait_until
from costs.models import DailyCost
from costs.testing import charge

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql"),
]
SCRIPTS = settings.BASE_DIR / "deploy" / "point_in_time"


class Drill:
    """A server with an archive, and what the scripts do to it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.user = folder, server_user(folder)
        self.data, self.archive = folder / "data", folder / "archive"
        self.base = folder / "archive" / "base"
        command = [find_programs() / "initdb", "-D", self.data, "-U", "cloudintel"]
        self.run(*command, "-A", "trust", "-N", "-E", "UTF8")
        self.run("mkdir", self.archive)

    @property
    def options(self) -> list[str]:
        """Those of our postgresql.conf, with this archive."""
        lines = (SCRIPTS / "postgresql.conf").read_text().splitlines()
        shipped = [line for line in lines if line and not line.startswith("#")]
        own = [
            line.replace("/opt/cloudintel/deploy", str(SCRIPTS.parent))
            .replace("/archive'", f"{self.archive}'")
            .replace(" = '", "=")
            .replace(" = ", "=")
            .removesuffix("'")
            for line in shipped
        ]
        return [*OPTIONS, *own]

    def run(self, *command: object, **environment: str) -> str:
        """Run it as the server's user; return what it says."""
        programs = f"{find_programs()}:{os.environ['PATH']}"
        done = subprocess.run(
            [str(part) for part in command],
            user=self.user,
            env={**os.environ, "PATH": programs, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def recover(self, moment: datetime, name: str) -> Path:
        data = self.folder / name
        script = SCRIPTS / "recover_to.sh"
        stamp = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        said = self.run(script, self.base, self.archive, data, stamp)
        assert "start the server" in said
        return data


@pytest.fixture
def drill() -> Iterator[Drill]:
    # Whoever runs the server must reach it, as root as well.
    folder = Path("/tmp") / f"cloudintel-drill-{os.getpid()}"  # noqa: S108
    folder.mkdir(mode=0o755)
    try:
        yield Drill(folder)
    finally:
        shutil.rmtree(folder)


def state() -> tuple[Any, ...]:
    held = contents_of(connection, money_columns())
    return held, reconciliation_of(connection), contents(), sums()


def moment() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def archive_log() -> str:
    """Begin a new segment, and wait until the one before is archived."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_walfile_name(pg_switch_wal())")
        name: str = cursor.fetchone()[0]

        def is_archived() -> bool:
            cursor.execute("SELECT last_archived_wal FROM pg_stat_archiver")
            return (cursor.fetchone()[0] or "") >= name

        wait_until("the archived log", is_archived)
    return name


def filled(port: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Settings of a database of the server, with our tables."""
    monkeypatch.setattr(settings, "POSTGRES_PROGRAMS", str(find_programs()))
    engine, present = ENGINES["postgresql"], connection.settings_dict
    server = {**present, "HOST": "127.0.0.1", "PORT": port, "USER": "cloudintel"}
    with TemporaryFile() as file:
        engine.copy(connection, file)
        file.seek(0)
        return engine.prepare({**server, "NAME": "drill"}, file, "drill")


def test_a_bad_delete_is_undone_and_a_gap_in_the_log_is_refused(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(drill.folder, drill.data, drill.options) as port:
        own = filled(port, monkeypatch)
        with as_default(own):
            owner = account()
            store_old_months(owner)
            where = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "cloudintel"}
            said = drill.run(SCRIPTS / "base_backup.sh", drill.base, **where)
            assert "is whole" in said
            charge(owner, SPAN.start, "3", service="since the base backup")
            segment = archive_log()
            charge(owner, SPAN.start, "4", service="a moment before")
            before, undamaged_at = state(), moment()
            DailyCost.objects.all().delete()
            archive_log()
    recovered = drill.recover(undamaged_at, "recovered")
    with (
        running(drill.folder, recovered, OPTIONS) as port,
        as_default({**own, "PORT": port}),
    ):
        wait_until("the end of the recovery", has_recovered)
        assert state() == before
        assert DailyCost.objects.filter(service="a moment before").exists()
        charge(owner, SPAN.start, "5", service="it takes writes")
    (drill.archive / segment).unlink()
    with_a_gap = drill.recover(undamaged_at, "with a gap")
    with (
        pytest.raises(RuntimeError, match="recovery ended before configured recovery"),
        running(drill.folder, with_a_gap, [*OPTIONS, "hot_standby=off"]),
    ):
        pass


def has_recovered() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        return not cursor.fetchone()[0]


def refusal(script: str, *arguments: object) -> str:
    done = subprocess.run(
        [SCRIPTS / script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    return done.stderr


def test_the_scripts_replace_nothing(tmp_path: Path) -> None:
    archive, segment = tmp_path / "archive", tmp_path / "segment"
    archive.mkdir()
    segment.write_bytes(b"one")
    for _ in range(2):
        subprocess.run([SCRIPTS / "archive_wal.sh", segment, "1", archive], check=True)
    segment.write_bytes(b"another")
    assert "is another file" in refusal("archive_wal.sh", segment, "1", archive)
    assert [path.read_bytes() for path in archive.iterdir()] == [b"one"]
    assert "name a new directory" in refusal("base_backup.sh", archive)
    (base := tmp_path / "base").mkdir()
    at = "2026-06-20T09:15:00Z"
    assert "is no base backup" in refusal("recover_to.sh", base, archive, "/x", at)
    (base / "base.tar.gz").touch()
    assert "is not empty" in refusal("recover_to.sh", base, archive, archive, at)
    assert "in UTC" in refusal("recover_to.sh", base, archive, "/x", "2026-06-20 09:15")
