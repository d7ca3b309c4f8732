"""Programs of PostgreSQL that hang or are no programs stop nothing for ever."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from archives.backup import postgres_dumps
from archives.backup.copies import CopyFailed

SETTINGS = {
    **{"NAME": "db", "USER": "", "PASSWORD": "", "HOST": "", "PORT": ""},
    "OPTIONS": {},
}


def program(folder: Path, text: str) -> str:
    path = folder / "pg_dump"
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def test_what_does_not_end_in_time_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_dumps, "LONGEST", timedelta(seconds=0.05))
    hangs = program(tmp_path, "#!/bin/sh\nexec sleep 600")
    with (
        pytest.raises(CopyFailed, match="pg_dump did not end within 0:00:00.05"),
        postgres_dumps.running([hangs], SETTINGS) as process,
    ):
        postgres_dumps.wait_for(process)
    assert process.returncode == -9


def test_what_can_t_be_run_is_of_no_version(tmp_path: Path, settings: Settings) -> None:
    settings.POSTGRES_PROGRAMS = str(tmp_path)
    path = program(tmp_path, "\0")
    with pytest.raises(CopyFailed, match=rf"\({path} is of no version\)"):
        postgres_dumps.find_program("pg_dump", "17.1")
